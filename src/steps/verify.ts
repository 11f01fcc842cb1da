import type { StepOutcome } from '../journal.js';
import type { StepContext } from './context.js';

export async function verifyUpload(context: StepContext): Promise<StepOutcome> {
  return { status: 'skipped', detail: context.inputs.sourcemaps.verify ? '' : 'verify is false' };
}

export async function verifySite(context: StepContext): Promise<StepOutcome> {
  return { status: 'skipped', detail: context.inputs.sourcemaps.verifyUrl ?? 'no verify_url given' };
}
