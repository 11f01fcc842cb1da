import { visibleProjects } from '../auth/access.js';
import { type Answer, errors, plainError } from '../http/answer.js';
import type { OrgExchange } from '../http/exchange.js';
import { releaseOf } from '../releases/permission.js';
import type { AssembleStatus, Organization, Project } from '../state/types.js';
import { type AssembleJob, runAssembleJob } from './job.js';
import { type AssembleBody, parseAssemble, parseOldAssemble } from './schema.js';
import { assembleStatus, forgetChunks, setAssembleStatus } from './status.js';

/** `POST /organizations/{org}/artifactbundle/assemble/`: which chunks are missing, else what became of the bundle. */
export async function assembleBundle(exchange: OrgExchange): Promise<Answer> {
  const body = parseAssemble(await exchange.body.bytes());
  const projects = findProjects(exchange, body.projects);
  const { effects, org, services } = exchange;
  if (effects.forgetChunks !== undefined) forgetChunks(org, effects.forgetChunks);
  if (effects.state !== undefined) return stateAnswer({ state: effects.state, detail: undefined });
  const { version, dist } = body;
  const job = { checksum: body.checksum, chunks: body.chunks, projects, version, dist };
  if (!services.options.namesMissingChunks) return assembleBlindly(exchange, job);
  const missing = missingChunks(org, body.chunks);
  if (missing.length > 0) return { status: 200, json: { state: 'not_found', missingChunks: missing } };
  const status = assembleStatus(services, org, body.checksum);
  if (status !== undefined) return stateAnswer(visibleState(exchange, status));
  if (body.chunks.length === 0) return { status: 200, json: { state: 'not_found', missingChunks: [] } };
  setAssembleStatus(services, org, job, 'created');
  // The status is set before this check, so a call with it leaves `created` behind although no job will ever run.
  if (dist !== undefined && version === undefined) {
    throw plainError(400, 'You need to specify a release together with a dist');
  }
  startJob(exchange, job);
  return created();
}

/** `POST …/releases/{version}/assemble/`, the older form: every project of the release, no check for missing chunks. */
export async function assembleRelease(exchange: OrgExchange): Promise<Answer> {
  const release = releaseOf(exchange);
  const body = parseOldAssemble(await exchange.body.bytes());
  const { services, org } = exchange;
  const status = assembleStatus(services, org, body.checksum);
  if (status !== undefined) return stateAnswer(status);
  if (body.chunks.length === 0) return { status: 200, json: { state: 'not_found', missingChunks: [] } };
  const job = { ...body, projects: release.projects, version: release.version, dist: undefined };
  setAssembleStatus(services, org, job, 'created');
  startJob(exchange, job);
  return created();
}

/** A server that never says what is missing: the job runs when it can, and nobody hears of it. */
function assembleBlindly(exchange: OrgExchange, job: AssembleJob): Answer {
  if (missingChunks(exchange.org, job.chunks).length === 0) startJob(exchange, job);
  return created();
}

function created(): Answer {
  return { status: 200, json: { state: 'created', missingChunks: [] } };
}

function stateAnswer(status: { readonly state: string; readonly detail: string | undefined }): Answer {
  return { status: 200, json: { state: status.state, detail: status.detail ?? null, missingChunks: [] } };
}

function visibleState(exchange: OrgExchange, status: AssembleStatus): Pick<AssembleStatus, 'state' | 'detail'> {
  const staysCreated = exchange.services.options.assembleEnds === 'created';
  return staysCreated ? { state: 'created', detail: undefined } : status;
}

function missingChunks(org: Organization, chunks: readonly string[]): string[] {
  return [...new Set(chunks)].filter((sha1) => !org.chunks.has(sha1));
}

function findProjects(exchange: OrgExchange, given: AssembleBody['projects']): Project[] {
  if (given.length === 0) throw plainError(400, 'You need to specify at least one project');
  const active = [...exchange.org.projects.values()].filter((project) => project.status === 'active');
  const found = active.filter((project) => given.includes(project.slug) || given.includes(String(project.id)));
  if (found.length !== given.length) throw plainError(400, 'One or more projects are invalid');
  const visible = visibleProjects(exchange.caller, exchange.org, 'access');
  if (!found.some((project) => visible.includes(project))) throw errors.notFound();
  return found;
}

function startJob(exchange: OrgExchange, job: AssembleJob): void {
  const { services, org } = exchange;
  const fault = exchange.effects.job;
  if (fault === 'hold') {
    setAssembleStatus(services, org, job, 'assembling');
  } else if (fault !== undefined && 'error' in fault) {
    setAssembleStatus(services, org, job, 'error', fault.error);
  } else {
    const delayMs = fault?.delayMs ?? services.options.jobDelayMs;
    services.later(delayMs, () => runAssembleJob(services, org, job));
  }
}
