import { ActionError } from '../errors.js';
import type { Log } from '../log.js';
import { exhausted, refusalText } from './giving-up.js';
import type { Deploy, SentryApi } from './types.js';

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
  api: Pick<SentryApi, 'deploys' | 'createDeploy'>,
  version: string,
  body: DeployBody,
  log: Log,
  identity: DeployIdentity = { marked: true },
): Promise<{ readonly deploy: Deploy; readonly existed: boolean }> {
  if (identity.marked) {
    const deploy = await find(api, version, body, false);
    if (deploy !== undefined) return { deploy, existed: true };
  }
  for (let posts = 1; ; posts += 1) {
    try {
      return { deploy: await api.createDeploy(version, body), existed: false };
    } catch (error) {
      if (!leavesOpen(error)) throw error;
      log.info(`${error.message}; asking Sentry whether it has the deploy (attempt ${posts} of ${MAX_POSTS})`);
      const deploy = await find(api, version, body, !identity.marked);
      if (deploy !== undefined) return { deploy, existed: false };
      if (posts === MAX_POSTS) throw exhausted(error, refusalText('attempts', posts));
    }
  }
}

/** An answer that cannot be read comes after the deploy was made as well as a lost one does. */
function leavesOpen(error: unknown): error is ActionError {
  return error instanceof ActionError && (error.mayHaveHappened || error.code === 'server-answer-invalid');
}

/** The server lists the latest deploy per project and environment. Its times have another format than ours, so instants are compared. */
async function find(
  api: Pick<SentryApi, 'deploys'>,
  version: string,
  body: DeployBody,
  compareTime: boolean,
): Promise<Deploy | undefined> {
  const instant = (text: string | undefined) => (text === undefined ? Number.NaN : Math.floor(Date.parse(text) / 1000));
  const deploys = await api.deploys(version);
  return deploys.find(
    (deploy) =>
      deploy.environment === body.environment &&
      deploy.url === body.url &&
      (deploy.name ?? undefined) === body.name &&
      (!compareTime || instant(deploy.dateFinished) === instant(body.dateFinished)),
  );
}
