import { isObject } from '../json.js';
import type { Phrase } from './given.js';
import { listOf } from './words.js';
import { OTHER_TEAM, TEAM, type World } from './world.js';

const NAME = '[\\w.-]+';

function project(world: World, slug: string) {
  const known = world.projects.get(slug) ?? { slug, teams: [TEAM] };
  world.projects.set(slug, known);
  return known;
}

/** `foo (id 1)`, `foo id 1`, `foo (1)`, `foo 1`, `foo`. */
function declareProjects(world: World, text: string, team: string): boolean {
  const items = listOf(text).map((item) => /^([a-z][\w.-]*)(?:\s*\(?(?:id\s*)?(\d+)\)?)?$/i.exec(item));
  if (items.length === 0 || items.some((item) => item === null)) return false;
  for (const item of items) {
    const [, slug = '', id] = item ?? [];
    const declared = project(world, slug);
    declared.teams = [team];
    if (id !== undefined && id !== '') declared.id = Number(id);
  }
  return true;
}

function repositories(world: World, names: readonly string[], provider?: string): void {
  for (const name of names) {
    if (world.repositories.some((known) => known.name === name)) continue;
    world.repositories.push({ name, ...(provider === undefined ? {} : { provider }) });
  }
}

/** Names of the repositories the request refers to. */
function requestedRepositories(world: World): string[] {
  const json = isObject(world.subject.request['json']) ? world.subject.request['json'] : {};
  const entries = [json['refs'], json['headCommits']].flatMap((list) => (Array.isArray(list) ? list : []));
  return entries.flatMap((entry: unknown) =>
    isObject(entry) && typeof entry['repository'] === 'string' ? [entry['repository']] : [],
  );
}

const nothing = () => undefined;

export const ORGANIZATION_PHRASES: readonly Phrase[] = [
  { form: /^org(?:anization)? acme(?: exists)?$/i, apply: nothing },
  { form: /^org(?:anization)? ([\w-]+) does not exist$/i, apply: nothing },
  {
    form: /^projects? (.+) on (?:one|the same|the caller's|that) team$/i,
    apply: (world, [names = '']) => declareProjects(world, names, TEAM),
  },
  {
    form: /^projects? (.+) on (?:an)?other team$/i,
    apply: (world, [names = '']) => declareProjects(world, names, OTHER_TEAM),
  },
  { form: /^caller (?:is )?on (?:that|the|its|their) team$/i, apply: nothing },
  {
    form: new RegExp(`^caller (?:is )?not on the team of (${NAME})$`, 'i'),
    apply: (world, [slug = '']) => {
      project(world, slug).teams = [OTHER_TEAM];
    },
  },
  {
    form: /^caller (?:is )?(?:(?:a )?(?:member )?(?:of|on|in) no team|not on (?:that|the|any) team|without (?:a )?team)$/i,
    apply: (world) => {
      world.token.teams = [];
    },
  },
  {
    form: new RegExp(`^(?:project )?(${NAME}) (?:is )?(?:only )?(?:on|of) (?:an)?other team$`, 'i'),
    apply: (world, [slug = '']) => {
      project(world, slug).teams = [OTHER_TEAM];
    },
  },
  {
    form: /^closed membership$/i,
    apply: (world) => {
      world.org.openMembership = false;
    },
  },
  {
    form: /^open membership$/i,
    apply: (world) => {
      world.org.openMembership = true;
    },
  },
  {
    form: new RegExp(`^project (${NAME}) (?:is )?(?:pending deletion|inactive|being deleted|deleted)$`, 'i'),
    apply: (world, [slug = '']) => {
      project(world, slug).status = 'pending_deletion';
    },
  },
  {
    form: new RegExp(`^project (${NAME}) (?:was )?(?:renamed|formerly|before) (?:from |to )?(${NAME})$`, 'i'),
    apply: (world, [first = '', second = '']) => {
      const slug = / from |formerly/.test(world.subject.given) ? first : second;
      project(world, slug).formerSlugs = [slug === first ? second : first];
    },
  },
  {
    form: new RegExp(`^project (${NAME}) does not exist$`, 'i'),
    apply: (world, [slug = '']) => void world.projects.delete(slug),
  },
  { form: /^others unknown$/i, apply: nothing },
  {
    form: /^(?:two |three |both )?projects? ([a-z].+?)(?: exists?)?$/i,
    apply: (world, [names = '']) => declareProjects(world, names, TEAM),
  },
  {
    form: /^([a-z][\w-]*(?:,? (?:and )?\(?(?:id )?\d+\)?)(?:(?:, | and )[a-z][\w-]* \(?(?:id )?\d+\)?)*)$/i,
    apply: (world, [names = '']) => declareProjects(world, names, TEAM),
  },
  {
    form: /^(?!repos?\b)([a-z][\w-]*) exists$/i,
    apply: (world, [slug = '']) => (world.projects.has(slug) ? undefined : declareProjects(world, slug, TEAM)),
  },
  {
    form: /^(\S+@\S+) is an? (?:org(?:anization)? )?member$/i,
    apply: (world, [email = '']) => void world.members.push({ email }),
  },
  { form: /^(\S+@\S+) is not an? (?:org(?:anization)? )?member$/i, apply: nothing },
  {
    form: /^repos? (?:exists?|known)$/i,
    apply: (world) => repositories(world, requestedRepositories(world)),
  },
  { form: /^(?:no repos?(?: exists?)?|repo (?:\S+ )?(?:unknown|does not exist|missing))$/i, apply: nothing },
  {
    form: /^repos? (\S+(?:(?:, | and )\S+)*?)(?: \(?(?:with )?(?:provider|integration) (\S+?)\)?)?(?: exists?| known)?$/i,
    apply: (world, [names = '', provider = '']) => {
      repositories(world, listOf(names), provider === '' ? undefined : `integrations:${provider}`);
    },
  },
  {
    form: /^(?:the )?org(?:anization)? requires (?:2fa|two-factor authentication)(?: the user lacks| and the user lacks it)?$/i,
    apply: (world) => {
      world.org.require2fa = true;
      world.token.has2fa = false;
    },
  },
  ...tokenPhrases(),
];

function tokenPhrases(): Phrase[] {
  return [
    {
      form: /^(?:the )?(?:token|key) (?:is )?expired$/i,
      apply: (world) => {
        world.token.expired = true;
      },
    },
    {
      form: /^(?:the )?(?:user|app|application|key) (?:is )?(?:disabled|inactive)$/i,
      apply: (world) => {
        world.token.disabled = true;
      },
    },
    {
      form: /^(?:the )?(?:\S+ )?token (?:is )?(?:revoked|deactivated)$/i,
      apply: (world) => {
        world.token.revoked = true;
      },
    },
    {
      form: /^session cookie login of user (\d+)$/i,
      apply: (world, [id = '']) => {
        world.token.user = { id };
      },
    },
    { form: /^no credentials$/i, apply: nothing },
    { form: /^(?:legacy )?API key$/i, apply: nothing },
    { form: /^(?:sntrys_ |sntryu_ )?token unknown(?: or deactivated)?$/i, apply: nothing },
    { form: /^(?:an? )?(?:user|org|organization|integration|internal integration|app) token$/i, apply: nothing },
    { form: /^(?:anonymous|nobody)$/i, apply: nothing },
    { form: /^newest server only(?: \(older: .*\))?$/i, apply: nothing },
  ];
}
