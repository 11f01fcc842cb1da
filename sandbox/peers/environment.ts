/** Where a client sends its requests. */
export interface Target {
  readonly url: string;
  readonly token: string;
}

/** What the official clients read, for the project `web` of `acme`; nothing of the caller's own settings for Sentry comes through. */
export function peerEnvironment(folder: string, target: Target): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    HOME: folder,
    SENTRY_URL: target.url,
    SENTRY_HOST: target.url,
    SENTRY_AUTH_TOKEN: target.token,
    SENTRY_ORG: 'acme',
    SENTRY_PROJECT: 'web',
    SENTRY_DISABLE_UPDATE_CHECK: '1',
    SENTRY_NO_PROGRESS_BAR: '1',
    SENTRY_CLI_NO_TELEMETRY: '1',
    CI: 'true',
  };
}
