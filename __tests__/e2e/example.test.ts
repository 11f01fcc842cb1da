import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const example = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'examples', 'webapp');

describe('the example app', () => {
  it('is committed with the build that its source gives', () => {
    const { status, stderr } = spawnSync(process.execPath, ['build.mjs', '--check'], {
      cwd: example,
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it('sells without a coupon and with the good one, and throws with the bad one', () => {
    const script = `
      import { readdirSync } from 'node:fs';
      import { pathToFileURL } from 'node:url';
      const main = readdirSync('dist/assets').find((name) => /^main-\\w+\\.js$/.test(name));
      const { buyOneOfEach } = await import(pathToFileURL('dist/assets/' + main).href);
      const totals = [(await buyOneOfEach()).total, (await buyOneOfEach('WELCOME')).total];
      const error = await buyOneOfEach('SPRING25').catch((thrown) => thrown.message);
      process.stdout.write(JSON.stringify([...totals, error]));`;
    const args = ['--input-type=module', '-e', script];
    const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: example, encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual(['€72.40', '€65.61', 'Coupon SPRING25 has no rate for food']);
  });
});
