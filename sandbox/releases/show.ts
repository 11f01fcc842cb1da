import { isoDate, isoDateOrNull } from '../dates.js';
import type { Author, Commit, Deploy, Organization, Release, Repository, User } from '../state/types.js';

/** A user as others see them. */
export function showUser(user: User) {
  return {
    id: user.id,
    name: user.name,
    username: user.email,
    email: user.email,
    avatarUrl: '',
    isActive: true,
    hasPasswordAuth: true,
    isManaged: false,
    dateJoined: null,
    lastLogin: null,
    has2fa: false,
    lastActive: null,
    isSuperuser: false,
    isStaff: false,
    emails: [{ id: user.id, email: user.email, is_verified: true }],
  };
}

/** `GET …/repos/` and the `repository` of a commit. */
export function showRepository(repository: Repository) {
  return {
    id: String(repository.id),
    name: repository.name,
    url: repository.url ?? null,
    provider:
      repository.provider === undefined
        ? { id: 'unknown', name: 'Unknown Provider' }
        : { id: repository.provider, name: providerName(repository.provider) },
    status: repository.status,
    dateCreated: isoDate(repository.dateCreated),
    integrationId: repository.integrationId ?? null,
    externalSlug: repository.externalSlug ?? null,
    externalId: repository.externalId ?? null,
  };
}

function providerName(provider: string): string {
  const names: Record<string, string> = {
    github: 'GitHub',
    gitlab: 'GitLab',
    bitbucket: 'Bitbucket',
    vsts: 'Azure DevOps',
  };
  const id = provider.slice(provider.indexOf(':') + 1);
  return names[id] ?? id;
}

function showAuthor(author: Author) {
  return { name: author.name ?? null, email: author.email };
}

/** A commit; `author` is `{}` when unknown. */
export function showCommit(org: Organization, commit: Commit) {
  const releases = [...org.releases.values()].filter((release) => release.commits.includes(commit));
  return {
    id: commit.id,
    message: commit.message ?? null,
    dateCreated: isoDate(commit.date),
    pullRequest: null,
    suspectCommitType: '',
    repository: showRepository(commit.repository),
    author: commit.author === undefined ? {} : showAuthor(commit.author),
    releases: releases.map((release) => ({
      version: release.version,
      shortVersion: release.version,
      ref: release.ref ?? null,
      url: release.url ?? null,
      dateReleased: isoDateOrNull(release.dateReleased),
      dateCreated: isoDate(release.dateCreated),
    })),
  };
}

/** A deploy; its id is text. */
export function showDeploy(deploy: Deploy) {
  return {
    id: String(deploy.id),
    environment: deploy.environment,
    dateStarted: isoDateOrNull(deploy.dateStarted),
    dateFinished: isoDate(deploy.dateFinished),
    name: deploy.name ?? null,
    url: deploy.url ?? null,
  };
}

/** What a query adds to a release object. */
export interface Extras {
  readonly health: boolean;
  readonly adoptionStages: boolean;
}

/** A release with the server's keys in the server's order. Ids of releases and projects are numbers here. */
export function showRelease(org: Organization, release: Release, extras?: Extras) {
  const last = release.commits[0];
  const lastDeploy = release.deploys.at(-1);
  return {
    id: release.id,
    version: release.version,
    status: release.status,
    shortVersion: release.version,
    versionInfo: versionInfo(release.version),
    ref: release.ref ?? null,
    url: release.url ?? null,
    dateReleased: isoDateOrNull(release.dateReleased),
    dateCreated: isoDate(release.dateCreated),
    data: {},
    newGroups: 0,
    owner: release.owner === undefined ? null : showUser(release.owner),
    commitCount: release.commits.length,
    lastCommit: last === undefined ? null : showCommit(org, last),
    deployCount: release.deploys.length,
    lastDeploy: lastDeploy === undefined ? null : showDeploy(lastDeploy),
    authors: authorsOf(release),
    projects: showProjects(release, extras?.health === true),
    firstEvent: null,
    lastEvent: null,
    currentProjectMeta: {},
    userAgent: release.userAgent === '' ? null : release.userAgent,
    ...(extras?.adoptionStages === true ? { adoptionStages: {} } : {}),
  };
}

function showProjects(release: Release, health: boolean) {
  return release.projects.map((project) => ({
    id: project.id,
    slug: project.slug,
    name: project.name,
    newGroups: 0,
    platform: project.platform ?? null,
    platforms: project.platform === undefined ? [] : [project.platform],
    hasHealthData: false,
    ...(health ? { healthData: null } : {}),
  }));
}

function authorsOf(release: Release) {
  const byEmail = new Map<string, Author>();
  for (const { author } of release.commits) if (author !== undefined) byEmail.set(author.email, author);
  return [...byEmail.values()].map(showAuthor);
}

const PARSED =
  /^(?:(?<package>[^@]+)@)?(?<raw>(?<core>\d+(?:\.\d+){0,3})(?:-(?<pre>[0-9A-Za-z.-]+))?(?:\+(?<build>.+))?)$/;

/** null when it is no `package@version` nor a version number. */
function versionInfo(version: string) {
  const match = PARSED.exec(version);
  if (match?.groups === undefined) return opaqueVersion(version);
  const { raw = '', core = '', pre, build } = match.groups;
  const numbers = core.split('.').map(Number);
  const [major = 0, minor = 0, patch = 0] = numbers;
  return {
    package: match.groups['package'] ?? null,
    version: { raw, major, minor, patch, pre: pre ?? null, buildCode: build ?? null, components: numbers.length },
    description: raw,
    buildHash: null,
  };
}

function opaqueVersion(version: string) {
  const at = version.lastIndexOf('@');
  const raw = at > 0 ? version.slice(at + 1) : version;
  const isHash = /^[0-9a-f]{6,}$/.test(raw);
  if (at <= 0 && !isHash) return null;
  return {
    package: at > 0 ? version.slice(0, at) : null,
    version: { raw },
    description: raw,
    buildHash: isHash ? raw : null,
  };
}
