import { Masker } from './masks.js';

/** One workflow command as the runner understood it. */
export interface WorkflowCommand {
  readonly command: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly data: string;
}

/** What GitHub shows at the run and in the diff. */
export interface Annotation {
  readonly severity: 'notice' | 'warning' | 'error';
  readonly message: string;
  readonly title?: string;
  readonly file?: string;
  readonly line?: number;
  readonly endLine?: number;
  readonly col?: number;
  readonly endColumn?: number;
}

/** The commands a runner knows. A line with any other word between the colons is plain output. */
const REGISTERED = [
  'add-mask',
  'add-matcher',
  'add-path',
  'debug',
  'echo',
  'endgroup',
  'error',
  'group',
  'internal-set-repo-path',
  'notice',
  'remove-matcher',
  'save-state',
  'set-env',
  'set-output',
  'stop-commands',
  'warning',
];

/**
 * Reads lines of stdout and stderr as the runner does: `::command k=v::data` at the start of a line (after blanks), else
 * the legacy `##[command k=v]data` anywhere in it; known commands only, names in any case; `stop-commands` until its token
 * comes; `add-mask` from the next line on.
 */
export class CommandReader {
  readonly commands: WorkflowCommand[] = [];
  readonly annotations: Annotation[] = [];
  readonly masker = new Masker();
  /** The log as a person reads it: commands carried out, masks applied. */
  readonly log: string[] = [];
  /** What was written, without the `add-mask` lines that the runner took: where a secret must not be, masked or not. */
  readonly unmasked: string[] = [];
  private readonly registered = new Set(REGISTERED);
  private stopToken: string | undefined;

  line(line: string): void {
    const command = parseV2(line, this.registered) ?? parseV1(line, this.registered);
    if (command === undefined || !this.process(command, line)) this.output(line, line);
  }

  /** @returns false when the line is plain output after all */
  private process(command: WorkflowCommand, line: string): boolean {
    const name = command.command.toLowerCase();
    if (this.stopToken !== undefined) {
      if (name !== this.stopToken) return false;
      this.registered.delete(this.stopToken);
      this.stopToken = undefined;
      this.output(line, line);
      return true;
    }
    this.commands.push({ ...command, command: name });
    if (name === 'stop-commands') {
      this.stopToken = command.data.toLowerCase();
      this.registered.add(this.stopToken);
      this.output(line, line);
    } else if (name === 'add-mask') {
      if (command.data.trim() !== '') this.masker.add(command.data);
    } else {
      this.carryOut(name, command, line);
    }
    return true;
  }

  private carryOut(name: string, command: WorkflowCommand, line: string): void {
    if (name === 'notice' || name === 'warning' || name === 'error') this.annotations.push(annotation(name, command));
    this.output(line, `##[${name}]${command.data}`);
  }

  private output(written: string, shown: string): void {
    this.unmasked.push(written);
    this.log.push(this.masker.mask(shown));
  }
}

function parseV2(line: string, registered: ReadonlySet<string>): WorkflowCommand | undefined {
  const text = line.trimStart();
  if (!text.startsWith('::')) return undefined;
  const end = text.indexOf('::', 2);
  if (end < 0) return undefined;
  const { name, rest } = splitName(text.slice(2, end));
  if (!registered.has(name.toLowerCase())) return undefined;
  const properties = propertiesOf(rest.trim(), ',', unescapeProperty);
  return { command: name, properties, data: unescapeData(text.slice(end + 2)) };
}

function parseV1(line: string, registered: ReadonlySet<string>): WorkflowCommand | undefined {
  const start = line.indexOf('##[');
  const end = start < 0 ? -1 : line.indexOf(']', start);
  if (end < 0) return undefined;
  const { name, rest } = splitName(line.slice(start + 3, end));
  if (!registered.has(name.toLowerCase())) return undefined;
  return { command: name, properties: propertiesOf(rest, ';', unescapeV1), data: unescapeV1(line.slice(end + 1)) };
}

function splitName(info: string): { name: string; rest: string } {
  const space = info.indexOf(' ');
  return space < 0 ? { name: info, rest: '' } : { name: info.slice(0, space), rest: info.slice(space + 1) };
}

function propertiesOf(text: string, separator: string, decode: (value: string) => string): Record<string, string> {
  const properties: Record<string, string> = {};
  for (const pair of text.split(separator)) {
    const equals = pair.indexOf('=');
    if (equals > 0) properties[pair.slice(0, equals)] = decode(pair.slice(equals + 1));
  }
  return properties;
}

// `%25` comes last, or `%250A` would become a line break.
const unescapeData = (text: string): string =>
  text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%');
const unescapeProperty = (text: string): string => unescapeData(text.replaceAll('%3A', ':').replaceAll('%2C', ','));
const unescapeV1 = (text: string): string => unescapeData(text.replaceAll('%3B', ';').replaceAll('%5D', ']'));

function annotation(severity: Annotation['severity'], { properties, data }: WorkflowCommand): Annotation {
  const numbers = ['line', 'endLine', 'col', 'endColumn'].flatMap((key) => {
    const value = Number.parseInt(properties[key] ?? '', 10);
    return Number.isNaN(value) ? [] : [[key, value] as const];
  });
  const texts = ['title', 'file'].flatMap((key) => {
    const value = properties[key];
    return value === undefined ? [] : [[key, value] as const];
  });
  return { severity, message: data, ...Object.fromEntries([...numbers, ...texts]) };
}
