import { parseVcsUrl, sameRepository } from '../../../src/commits/vcs-url.js';

it.each([
  ['https://github.com/acme/web', 'github.com', 'acme/web'],
  ['https://github.com/acme/web.git', 'github.com', 'acme/web'],
  ['https://x-access-token:secret@github.com/Acme/Web.git', 'github.com', 'Acme/Web'],
  ['http://GitHub.com:8080/acme/web', 'github.com', 'acme/web'],
  ['git@github.com:acme/web.git', 'github.com', 'acme/web'],
  ['github.com:acme/web', 'github.com', 'acme/web'],
  ['ssh://git@github.com:22/acme/web.git', 'github.com', 'acme/web'],
  ['git+ssh://git@github.com/acme/web', 'github.com', 'acme/web'],
  ['git://git@github.com/acme/web.git', 'github.com', 'acme/web'],
  ['https://acme.ghe.com/acme/web', 'acme.ghe.com', 'acme/web'],
  ['https://gitlab.com/group/sub/web.git', 'gitlab.com', 'group/sub/web'],
  ['https://github.com/acme/web.git.git', 'github.com', 'acme/web'],
  ['https://github.com/acme/web/', 'github.com', 'acme/web'],
  ['https://github.com/acme/web.git//', 'github.com', 'acme/web'],
  ['https://github.com//acme/web', 'github.com', 'acme/web'],
  ['git@github.com:/acme/web.git', 'github.com', 'acme/web'],
  ['HTTPS://GitHub.com/acme/web', 'github.com', 'acme/web'],
  ['ssh://git@ssh.github.com:443/acme/web.git', 'github.com', 'acme/web'],
  ['ssh://git@altssh.gitlab.com:443/group/web.git', 'gitlab.com', 'group/web'],
  ['ssh://git@altssh.bitbucket.org:443/acme/web.git', 'bitbucket.org', 'acme/web'],
  ['git@acme.visualstudio.com:_git/web', 'acme.visualstudio.com', 'acme/web'],
  ['https://acme.visualstudio.com/project/_git', 'acme.visualstudio.com', 'project'],
  ['git@ssh.dev.azure.com:v3/acme/project/web', 'dev.azure.com', 'acme/project'],
  ['https://acme@dev.azure.com/acme/project/_git/web', 'dev.azure.com', 'acme/project'],
  ['https://source.developers.google.com/p/x/r/github_acme_web', 'source.developers.google.com', 'acme/web'],
  ['https://bitbucket.acme.example/projects/PROJ/repos/web/browse', 'bitbucket.acme.example', 'PROJ/web'],
  ['origin', '', 'origin'],
  ['/srv/git/web.git', '', '/srv/git/web.git'],
])('%s is %s, %s', (text, host, path) => {
  expect(parseVcsUrl(text)).toEqual({ host, path });
});

it('two spellings of one repository are the same, whatever the letter case', () => {
  expect(sameRepository(parseVcsUrl('git@GitHub.com:Acme/Web.git'), parseVcsUrl('https://github.com/acme/web'))).toBe(
    true,
  );
});

it.each([
  ['https://github.com/acme/web', 'https://github.com/acme/web2'],
  ['https://github.com/acme/web', 'https://gitlab.com/acme/web'],
  ['https://github.com/acme/web', 'https://github.com.evil.example/acme/web'],
])('%s is not %s', (left, right) => {
  expect(sameRepository(parseVcsUrl(left), parseVcsUrl(right))).toBe(false);
});

it('takes no longer than a moment for a hostile url', () => {
  const begin = performance.now();
  parseVcsUrl(`ssh://${'@'.repeat(50_000)}`);
  parseVcsUrl(`https://${'a'.repeat(50_000)}${'.git'.repeat(10_000)}x`);
  for (const end of ['/', '.git', '/.git']) parseVcsUrl(`https://host/a${end.repeat(500_000)}x`);
  expect(performance.now() - begin).toBeLessThan(2000);
});
