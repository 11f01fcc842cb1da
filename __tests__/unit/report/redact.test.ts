import { secretForms } from '../../../src/report/mask.js';
import { createRedactor, redactData } from '../../../src/report/redact.js';

describe('data that leaves the run', () => {
  const env = { INPUT_AUTH_TOKEN: 'sntrys_head_se"cr\\e\u2028t', HTTPS_PROXY: 'http://user:p%20"\\w0rd@proxy.example' };
  const redact = createRedactor(secretForms(env));

  it.each([
    ['the token', env.INPUT_AUTH_TOKEN],
    ['the secret part of the token', 'se"cr\\e\u2028t'],
    ['the password as it is written in the address', 'p%20"\\w0rd'],
    ['the password decoded', 'p "\\w0rd'],
  ])('holds nothing of %s, in values and in keys, although JSON writes it otherwise', (_what, secret) => {
    const data = { deep: [{ text: `a ${secret} b` }], [`key ${secret}`]: 1 };
    expect(redactData(data, redact)).toEqual({ deep: [{ text: 'a *** b' }], 'key ***': 1 });
  });

  it('is looked through to the end of long lists', () => {
    const data = {
      list: Array.from({ length: 2_500 }, (_, index) => ({ text: index === 2_400 ? 'p "\\w0rd' : 'plain' })),
    };
    const { list } = redactData(data, redact);
    expect(list[2_400]).toEqual({ text: '***' });
    expect(list.filter(({ text }) => text === 'plain')).toHaveLength(2_499);
  });

  it('is the data itself when there is nothing to take out', () => {
    const data = { list: ['plain'], number: 1, none: null };
    expect(redactData(data, redact)).toBe(data);
  });
});
