import { visibleProjects } from '../auth/access.js';
import { type Answer, ApiError, coded, errors } from '../http/answer.js';
import type { OrgExchange } from '../http/exchange.js';
import { paged } from '../http/paging.js';
import type { Deploy, Organization, Project, Release } from '../state/types.js';
import { parseDeploy } from '../validate/deploy.js';
import { releaseOf } from './permission.js';
import { projectFilter } from './read.js';
import { showDeploy } from './show.js';

/** `POST …/deploys/`: every call makes another deploy. */
export async function createDeploy(exchange: OrgExchange): Promise<Answer> {
  const { services } = exchange;
  const release = releaseOf(exchange);
  const body = parseDeploy(await exchange.body.data());
  const projects = deployProjects(exchange, release, body.projects);
  if (services.options.sharpEdges && body.dateFinished === null) throw errors.crash();
  const deploy: Deploy = {
    id: services.ids.next('deploy'),
    environment: body.environment ?? '',
    name: body.name ?? undefined,
    url: body.url ?? undefined,
    dateStarted: body.dateStarted ?? undefined,
    dateFinished: body.dateFinished ?? services.clock.now(),
    projects,
  };
  release.deploys.push(deploy);
  const at = services.clock.now();
  for (const project of release.projects) release.activities.push({ kind: 'deploy', project: project.slug, at });
  return { status: 201, json: showDeploy(deploy) };
}

function deployProjects(exchange: OrgExchange, release: Release, given: unknown[] | null | undefined): Project[] {
  if (given === undefined || given === null) return [...release.projects];
  const visible = visibleProjects(exchange.caller, exchange.org, 'access');
  const projects = given.map((value) => knownProject(exchange.org, visible, value));
  const others = projects.filter((project) => !release.projects.includes(project));
  if (others.length === 0) return projects;
  const names = others.map((project) => project.slug).join(', ');
  throw coded(400, 'parameter-validation-error', `Invalid projects (${names}) for release ${release.version}`, {
    context: '',
  });
}

function knownProject(org: Organization, visible: readonly Project[], given: unknown): Project {
  const wanted = String(given);
  const project = [...org.projects.values()].find(
    (candidate) => candidate.status === 'active' && (candidate.slug === wanted || String(candidate.id) === wanted),
  );
  if (project === undefined) throw new ApiError({ status: 400, json: { projects: ['Invalid project'] } });
  if (!visible.includes(project)) {
    throw new ApiError({ status: 400, json: { projects: ['Insufficient access to project'] } });
  }
  return project;
}

/** `GET …/deploys/`: only the latest of each (project, environment), newest end first. */
export function listDeploys(exchange: OrgExchange): Answer {
  const release = releaseOf(exchange);
  const projects = projectFilter(exchange.query, visibleProjects(exchange.caller, exchange.org, 'access'));
  const latest = new Map<string, Deploy>();
  for (const deploy of release.deploys) {
    for (const project of deploy.projects) {
      if (projects.includes(project)) latest.set(`${project.id}\n${deploy.environment}`, deploy);
    }
  }
  const rows = [...new Set(latest.values())].sort((a, b) => b.dateFinished - a.dateFinished || b.id - a.id);
  return paged(exchange, rows, showDeploy);
}
