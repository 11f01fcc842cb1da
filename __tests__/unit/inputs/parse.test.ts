import fc from 'fast-check';
import { loadInputs } from '../../../src/inputs/load.js';
import { isSlug, parseBoolean, parseDurationMs, parseHttpUrl, parseTimestamp } from '../../../src/inputs/parse.js';

describe('booleans', () => {
  it.each([
    ['true', true],
    ['TRUE', true],
    [' 1 ', true],
    ['False', false],
    ['0', false],
  ])('%j is %s', (value, expected) => expect(parseBoolean(value)).toBe(expected));

  it.each(['yes', 'no', 'on', '', 'truee', '2', 'constructor'])('%j is none', (value) => {
    expect(parseBoolean(value)).toBeUndefined();
  });
});

describe('durations', () => {
  it.each([
    ['15m', 900_000],
    ['90s', 90_000],
    ['1h', 3_600_000],
    ['1.5H', 5_400_000],
    ['30', 30_000],
    ['0', 0],
  ])('%j is %d ms', (value, expected) => expect(parseDurationMs(value)).toBe(expected));

  it.each(['', 'm', '-5', '1d', '5 min', '1e3', '1h30m', 'Infinity'])('%j is none', (value) => {
    expect(parseDurationMs(value)).toBeUndefined();
  });
});

describe('timestamps', () => {
  it.each([
    ['1700000000', '2023-11-14T22:13:20.000Z'],
    ['2023-11-14T22:13:20Z', '2023-11-14T22:13:20.000Z'],
    ['2023-11-14T23:13:20+01:00', '2023-11-14T22:13:20.000Z'],
    ['2023-11-14T23:13:20.5+0100', '2023-11-14T22:13:20.500Z'],
    ['2023-11-14 22:13:20', '2023-11-14T22:13:20.000Z'],
    ['2023-11-14', '2023-11-14T00:00:00.000Z'],
    ['Tue, 14 Nov 2023 22:13:20 GMT', '2023-11-14T22:13:20.000Z'],
    ['2023-11-14 22:13:20 UTC', '2023-11-14T22:13:20.000Z'],
    ['2023-11-14T23:13:20 +01:00', '2023-11-14T22:13:20.000Z'],
    ['2023-11-14T22:13:20 gmt', '2023-11-14T22:13:20.000Z'],
    ['Tue Nov 14 22:13:20 UTC 2023', '2023-11-14T22:13:20.000Z'],
    ['Tue Nov 14 10:13:20 PM UTC 2023', '2023-11-14T22:13:20.000Z'],
    ['Thu Nov  2 22:13:20 UTC 2023', '2023-11-02T22:13:20.000Z'],
    ['Tue Nov 14 2023 23:13:20 GMT+0100 (Central European Standard Time)', '2023-11-14T22:13:20.000Z'],
  ])('%j is %s', (value, expected) => expect(parseTimestamp(value)).toBe(expected));

  it.each([
    '0',
    '-1',
    'now',
    '1700000000000',
    '2023-02-31',
    '2023-13-01',
    '14/11/2023',
    'foo 1',
    '2023-11-14T25:00:00Z',
    'Tue Nov 14 22:13:20 CET 2023',
    'Tue Nov 99 22:13:20 UTC 2023',
    'Tue Nov 14 22:13:20 2023',
  ])('%j is none', (value) => expect(parseTimestamp(value)).toBeUndefined());

  it('what Date writes comes back as it was', () => {
    const day = fc.date({ min: new Date('1971-01-01'), max: new Date('4000-01-01'), noInvalidDate: true });
    fc.assert(fc.property(day, (date) => expect(parseTimestamp(date.toISOString())).toBe(date.toISOString())));
  });

  it('a time without a zone is UTC on every machine', () => {
    const zone = process.env['TZ'];
    process.env['TZ'] = 'Asia/Tokyo';
    try {
      expect(parseTimestamp('2023-11-14T22:13:20')).toBe('2023-11-14T22:13:20.000Z');
    } finally {
      if (zone === undefined) delete process.env['TZ'];
      else process.env['TZ'] = zone;
    }
  });
});

it('any text is understood or refused, and nothing throws', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      for (const parse of [parseBoolean, parseDurationMs, parseTimestamp, parseHttpUrl, isSlug]) parse(text);
    }),
  );
});

it('only http and https addresses count as such', () => {
  expect(parseHttpUrl(' https://example.com/x?y ')).toBe('https://example.com/x?y');
  for (const value of ['example.com', 'ftp://x', 'javascript:alert(1)', 'https://', 'file:///etc/passwd']) {
    expect(parseHttpUrl(value)).toBeUndefined();
  }
});

it('an address with a user or password in it is none, and the password is not shown', () => {
  for (const value of ['https://ann:s3cret@example.com/', 'https://s3cret@example.com/']) {
    expect(parseHttpUrl(value)).toBeUndefined();
    const read = () => loadInputs({ GITHUB_WORKSPACE: '/', INPUT_VERIFY_URL: value }, '/');
    expect(read).toThrow('Input verify_url is "https://***@example.com/". Allowed: an address that');
    expect(read).not.toThrow('s3cret');
  }
});

it('a slug cannot leave its place in a path', () => {
  for (const value of ['my-org', '4501', 'Org_1.x']) expect(isSlug(value)).toBe(true);
  for (const value of ['.', '..', 'a/b', 'a b', 'a\\b', 'a?b', 'a#b', 'a%2Fb', 'a\nb'])
    expect(isSlug(value)).toBe(false);
});
