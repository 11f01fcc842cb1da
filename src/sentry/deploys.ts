import { ActionError } from '../errors.js';
import type { Log } from '../log.js';
import { exhausted, refusalText } from './giving-up.js';
import type { Deploy, SentryApi } from './types.js';

type DeployApi = Pick<SentryApi, 'deploys' | 'createDeploy' | 'getRelease'>;
type DeployBody = Parameters<SentryApi['createDeploy']>[1];

/** How a deploy is told from others. */
export interface DeployIdentity {
  /** True: the body carries a text that only this run attempt writes, so a deploy that is there already is ours. @default true */
  readonly marked: boolean;
}

/** POSTs at most, each after the server was asked whether the one before took effect. */
const MAX_POSTS = 3;

/**
 * Records one deploy, once. Every POST makes another deploy and another notification, so the server is asked before the first
 * one (a repeated run of the same attempt finds its own) and again after each end that leaves it open whether it took effect.
 *
 * `existed` is true when an earlier try of this run attempt had made it.
 */
export async function recordDeploy(
  api: DeployApi,
  version: string,
  body: DeployBody,
  log: Log,
  identity: DeployIdentity = { marked: true },
): Promise<{ readonly deploy: Deploy; readonly existed: boolean }> {
  let wanted = body;
  if (identity.marked) {
    const { deploy, missing } = await find(api, version, wanted, false);
    if (deploy !== undefined && missing.length === 0) return { deploy, existed: true };
    if (deploy !== undefined) wanted = { ...wanted, projects: missing };
  }
  for (let posts = 1; ; posts += 1) {
    try {
      return { deploy: await api.createDeploy(version, wanted), existed: false };
    } catch (error) {
      if (!leavesOpen(error)) throw error;
      log.info(`${error.message}; asking Sentry whether it has the deploy (attempt ${posts} of ${MAX_POSTS})`);
      const { deploy, missing } = await find(api, version, wanted, !identity.marked);
      if (deploy !== undefined && missing.length === 0) return { deploy, existed: false };
      if (posts === MAX_POSTS) throw exhausted(error, refusalText('attempts', posts));
    }
  }
}

/** An answer that cannot be read comes after the deploy was made as well as a lost one does. */
function leavesOpen(error: unknown): error is ActionError {
  return error instanceof ActionError && (error.mayHaveHappened || error.code === 'server-answer-invalid');
}

/** The deploy, and those of the body's projects that it was not recorded for. */
interface Found {
  readonly deploy: Deploy | undefined;
  readonly missing: readonly string[];
}

/**
 * The server lists the latest deploy per project and environment, and does not say which project's it is. Two steps of one run that
 * deploy two projects of one release differ in nothing else, so then each project is asked for.
 */
async function find(api: DeployApi, version: string, body: DeployBody, compareTime: boolean): Promise<Found> {
  const isOurs = (deploy: Deploy) => isSame(deploy, body, compareTime);
  const deploy = (await api.deploys(version)).find(isOurs);
  if (deploy === undefined || body.projects === undefined) return { deploy, missing: [] };
  const members = (await api.getRelease(version))?.projects ?? [];
  if (members.length <= 1) return { deploy, missing: [] };
  const missing: string[] = [];
  for (const project of body.projects) {
    const id = members.find((member) => member.slug === project || String(member.id) === project)?.id;
    if (id !== undefined && !(await api.deploys(version, id)).some(isOurs)) missing.push(project);
  }
  return { deploy, missing };
}

/** Its times have another format than ours, so instants are compared. */
function isSame(deploy: Deploy, body: DeployBody, compareTime: boolean): boolean {
  const instant = (text: string | undefined) => (text === undefined ? Number.NaN : Math.floor(Date.parse(text) / 1000));
  return (
    deploy.environment === body.environment &&
    deploy.url === body.url &&
    (deploy.name ?? undefined) === body.name &&
    (!compareTime || instant(deploy.dateFinished) === instant(body.dateFinished))
  );
}
