import fc from 'fast-check';
import { errorText, looksLikeHtml } from '../../../src/sentry/error-text.js';

const said = (body: unknown) => errorText(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)));

describe('what a server said', () => {
  it.each([
    ['detail as text', { detail: 'Invalid token' }, 'Invalid token'],
    [
      'detail as an object',
      { detail: { code: 'sso-required', message: 'Must login via SSO', extra: {} } },
      'Must login via SSO',
    ],
    ['detail as a list', { detail: ['one', 'two'] }, 'one; two'],
    [
      'field errors',
      { version: ['Release with name / is not allowed'] },
      'version: Release with name / is not allowed',
    ],
    ['nested field errors', { commits: { id: ['This field is required.'] } }, 'commits: id: This field is required.'],
    ['several fields', { a: ['x'], b: ['y', 'z'] }, 'a: x; b: y; z'],
    ['error', { error: 'Invalid json body' }, 'Invalid json body'],
    ['a crash', { detail: 'Internal Error', errorId: 'abc' }, 'Internal Error'],
    [
      'a route without slash',
      { info: 'Route not found, did you forget a trailing slash?' },
      'Route not found, did you forget a trailing slash?',
    ],
    ['a bare JSON string', '"Rate limited"', 'Rate limited'],
    ['plain text', 'upstream   connect\r\nerror', 'upstream connect error'],
    [
      'HTML with a title',
      '<html><head><title> 502 Bad\nGateway </title></head></html>',
      'an HTML page titled "502 Bad Gateway"',
    ],
    ['HTML without', '<!DOCTYPE html><p>no</p>', 'an HTML page'],
    ['nothing', '', ''],
    ['null', 'null', ''],
    ['an empty object', {}, ''],
  ])('is found in %s', (_shape, body, expected) => {
    expect(said(body)).toBe(expected);
  });

  it('is cut to a length that fits a line', () => {
    expect(said({ detail: 'xx '.repeat(10_000) })).toHaveLength(400);
  });

  it('never repeats a token that the server echoes', () => {
    const text = said({
      detail: 'Bad header: Authorization: Bearer abcdef0123456789 and sntrys_eyJpYXQiOjF9_c2VjcmV0 and sntryu_0123abcd',
    });
    expect(text).not.toMatch(/abcdef0123456789|eyJpYXQ|c2VjcmV0|0123abcd/);
    expect(text).toContain('[hidden]');
  });

  it('is one line without control characters, whatever came', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), (body) => {
        expect(said(body)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
      }),
    );
  });

  it('reads invalid UTF-8 without failing', () => {
    expect(errorText(Buffer.from([0xff, 0xfe, 0x41]))).toBe('\ufffd\ufffdA');
  });
});

it('tells HTML from JSON and text', () => {
  expect(looksLikeHtml('\n <!doctype HTML>')).toBe(true);
  expect(looksLikeHtml('{"a":"<html>"}')).toBe(false);
});
