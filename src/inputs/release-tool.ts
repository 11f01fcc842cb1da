/** What a program of the machine wrote, or why there is no answer; a failure is an answer, never an exception. */
export type ToolAnswer = { readonly stdout: string } | { readonly problem: string };

/** Runs a program with its arguments as a list, without a shell, in the folder `cwd`. */
export type RunTool = (tool: string, args: readonly string[], cwd: string) => Promise<ToolAnswer>;

export interface ToolOptions {
  readonly env: NodeJS.ProcessEnv;
  /** The program is killed after this many milliseconds. @default 60_000 */
  readonly timeoutMs?: number;
  /** Bytes of output; a program that writes more is killed, because a cut answer would be read as a whole one. @default 16 MiB */
  readonly maxBytes?: number;
  /** Aborting kills the program. */
  readonly signal?: AbortSignal;
}

/** Resolving the packages of a project may take minutes or hang; a release name is not worth that. */
const TIMEOUT_MS = 60_000;
/** The build settings of one target are some 100 KiB. */
const MAX_BYTES = 16 * 1024 * 1024;

/**
 * What the program may see of the environment. An allow-list, because the rest holds the action's inputs and tokens.
 * DEVELOPER_DIR and TOOLCHAINS choose the Xcode, XCODE_XCCONFIG_FILE changes the build settings.
 */
const PASSED_VARIABLES = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'TMPDIR',
  'LANG',
  'LC_ALL',
  'DEVELOPER_DIR',
  'TOOLCHAINS',
  'XCODE_XCCONFIG_FILE',
];

/**
 * Runs programs of macOS. Not through @actions/exec, which cannot end a program: one that hangs would keep the action from
 * ending too.
 */
export function createToolRunner({ env, timeoutMs = TIMEOUT_MS, maxBytes = MAX_BYTES, signal }: ToolOptions): RunTool {
  return async (tool, args, cwd) => {
    const { execFile } = await import('node:child_process');
    const options = { cwd, env: toolEnvironment(env), timeout: timeoutMs, maxBuffer: maxBytes };
    return await new Promise<ToolAnswer>((resolve) => {
      execFile(
        tool,
        [...args],
        { ...options, killSignal: 'SIGKILL', encoding: 'utf8', ...(signal === undefined ? {} : { signal }) },
        (error, stdout, stderr) => {
          resolve(error === null ? { stdout } : { problem: `${tool} ${whyFailed(error, stderr, timeoutMs)}` });
        },
      );
    });
  };
}

/** The environment of such a program: no token, no input. */
function toolEnvironment(env: NodeJS.ProcessEnv): Record<string, string> {
  const passed: Record<string, string> = {};
  for (const name of PASSED_VARIABLES) {
    const value = env[name];
    if (value !== undefined) passed[name] = value;
  }
  return passed;
}

interface ToolError {
  /** The exit code, or Node's name of what went wrong. */
  readonly code?: number | string | null;
  readonly killed?: boolean;
  readonly message: string;
}

function whyFailed({ code, killed, message }: ToolError, stderr: string, timeoutMs: number): string {
  if (code === 'ENOENT') return 'is not installed';
  if (code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') return 'wrote more than is read';
  if (killed === true) return `did not answer within ${timeoutMs / 1000} s`;
  const said = stderr.trim().split(/\r?\n/, 1)[0] || message.split('\n', 1)[0];
  return `failed${typeof code === 'number' ? ` with exit code ${code}` : ''}: ${said}`;
}
