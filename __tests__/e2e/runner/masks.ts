/**
 * The forms in which a runner hides a secret: as it is, base64 at each of the three byte offsets, URI-encoded, JSON- and
 * XML-escaped. Base64 forms are cut to whole groups, so that neighbouring bytes do not change them.
 */
export function secretForms(secret: string): string[] {
  const forms = [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'),
    ...[0, 1, 2].flatMap((shift) => base64Forms(Buffer.from(secret).subarray(shift))),
  ];
  return [...new Set(forms)].filter((form) => form.length > 0);
}

function base64Forms(bytes: Buffer): string[] {
  const whole = bytes.subarray(0, bytes.length - (bytes.length % 3));
  // Short groups would match by chance.
  return whole.length < 6 ? [] : [whole.toString('base64'), whole.toString('base64url')];
}

/** Replaces every form of every secret with `***`, longest first, as the runner does before it stores a line. */
export class Masker {
  readonly secrets: string[] = [];
  private forms: string[] = [];

  /** Adds a value; a value of several lines is also masked line by line. */
  add(value: string): void {
    this.secrets.push(value);
    const lines = value.split(/[\r\n]+/).filter((line) => line !== '');
    const forms = [value, ...lines].flatMap(secretForms);
    this.forms = [...new Set([...this.forms, ...forms])].sort((a, b) => b.length - a.length);
  }

  mask(text: string): string {
    return this.forms.reduce((masked, form) => masked.replaceAll(form, '***'), text);
  }
}
