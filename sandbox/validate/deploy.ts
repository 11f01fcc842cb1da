import { anything, datetime, list, object, text, url } from './fields.js';
import { parseOr400 } from './release.js';

const optionalNull = { required: false, nullable: true } as const;

const deployFields = object({
  environment: text({
    max: 64,
    check: (name) => (/^[^\n\r\f/]*$/.test(name) ? undefined : 'Invalid value for environment'),
  }),
  name: text({ max: 64, blank: true, ...optionalNull }),
  url: url({ blank: true, ...optionalNull }),
  dateStarted: datetime(optionalNull),
  dateFinished: datetime(optionalNull),
  projects: list(anything(), { required: false, empty: false }),
});

/** `POST …/deploys/`. */
export const parseDeploy = (raw: unknown) => parseOr400(deployFields, raw);
