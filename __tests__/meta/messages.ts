import ts from 'typescript';
import { filesBelow, read } from './repository.js';

/** The messages a user can meet, read from the source: each `new ActionError(code, message)` with what is variable in it as `…`. */
export interface Message {
  readonly file: string;
  readonly line: number;
  /** undefined where the code is handed on. */
  readonly code: string | undefined;
  readonly text: string;
}

/** Deeper than any chain of names that leads to a text here. */
const MAX_DEPTH = 8;
const ANY = '…';

/** All of `src/`, or of the given files (name → text). */
export function messagesOf(files: ReadonlyMap<string, string> = sources()): Message[] {
  return [...files].flatMap(([name, text]) => {
    const source = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true);
    const at = (node: ts.Node) => ({
      file: name,
      line: source.getLineAndCharacterOfPosition(node.getStart()).line + 1,
    });
    return nodesOf(source).flatMap((node): Message[] => {
      if (ts.isNewExpression(node) && node.expression.getText() === 'ActionError') {
        const [code, message] = node.arguments ?? [];
        if (code === undefined || message === undefined) return [];
        return codesOf(code).flatMap((one) => distinct(message).map((text) => ({ ...at(node), code: one, text })));
      }
      return inputProblem(node).map((text) => ({ ...at(node), code: 'input-invalid', text }));
    });
  });
}

/** What the reader of inputs says of a value, for each kind of value: all of them end in one error. */
function inputProblem(node: ts.Node): string[] {
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return [];
  const place = { reject: 1, '#parsed': 3 }[node.expression.name.text];
  const allowed = place === undefined ? undefined : node.arguments[place];
  if (allowed === undefined) return [];
  // A parameter here is what another of these calls gives.
  const own = ts.isIdentifier(allowed) && declarationOf(allowed)?.kind === ts.SyntaxKind.Parameter;
  return own
    ? []
    : distinct(allowed).map((text) => `Input … is …. ${text.startsWith('not ') ? 'It is' : 'Allowed:'} ${text}.`);
}

/**
 * The attempts that had no answer: what failed, and the code that this kind of failure has.
 * Their kinds and codes stand apart in the source, so they are put together here.
 */
export function transportMessages(): Message[] {
  const file = 'src/sentry/failures.ts';
  const table = read('src/sentry/transport-errors.ts');
  const codes = new Map(
    [...table.matchAll(/^ {2}'?([\w-]+)'?: \{\s*code: '([\w-]+)'/gm)].map(([, kind, code]) => [kind, code]),
  );
  const folder = filesBelow('src/sentry', '.ts').map((path) =>
    ts.createSourceFile(path, read(path), ts.ScriptTarget.Latest, true),
  );
  return folder.flatMap(nodesOf).flatMap((node) => {
    const makes = ts.isNewExpression(node) && node.expression.getText() === 'TransportFailure';
    const says = ts.isCallExpression(node) && node.expression.getText() === 'failure';
    const [kind, message] = makes || says ? (node.arguments ?? []) : [];
    if (kind === undefined || message === undefined || (makes && !ts.isStringLiteral(kind))) return [];
    const texts = distinct(message);
    return textsOf(kind, 0).flatMap((one) =>
      texts.map((text) => ({ file, line: 0, code: codes.get(one) ?? 'network', text: `…: ${text}` })),
    );
  });
}

/** What a function of a file returns, as texts. */
export function returnsOf(file: string, name: string): string[] {
  const source = ts.createSourceFile(file, read(file), ts.ScriptTarget.Latest, true);
  return returned(source, name)
    .flatMap((node) => textsOf(node, 0))
    .filter((text) => text !== '')
    .map(tidy);
}

function sources(): Map<string, string> {
  return new Map(filesBelow('src', '.ts').map((file) => [file, read(file)]));
}

function nodesOf(source: ts.Node): ts.Node[] {
  const nodes: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    nodes.push(node);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return nodes;
}

/** A code that is looked up is any that the file names. */
function codesOf(code: ts.Expression): (string | undefined)[] {
  if (ts.isStringLiteral(code)) return [code.text];
  const named = nodesOf(code.getSourceFile()).flatMap((node) =>
    ts.isPropertyAssignment(node) && node.name.getText() === 'code' && ts.isStringLiteral(node.initializer)
      ? [node.initializer.text]
      : [],
  );
  return ts.isIdentifier(code) && named.length > 0 ? [...new Set(named)] : [undefined];
}

function distinct(message: ts.Expression): string[] {
  return [...new Set(textsOf(message, 0).map(tidy))];
}

/** Every text that an expression can be, as far as its own file tells; what it does not tell is `…`. */
function textsOf(node: ts.Expression, depth: number): string[] {
  if (depth > MAX_DEPTH) return [ANY];
  const next = (part: ts.Expression) => textsOf(part, depth + 1);
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node)) return next(node.expression);
  if (ts.isConditionalExpression(node)) return [...next(node.whenTrue), ...next(node.whenFalse)];
  if (ts.isTemplateExpression(node)) {
    return node.templateSpans.reduce(
      (heads, { expression, literal }) => joined(heads, next(expression), literal.text),
      [node.head.text],
    );
  }
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken)
    return joined(next(node.left), next(node.right));
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken)
    return [...next(node.left), ...next(node.right)];
  if (
    ts.isCallExpression(node) &&
    ts.isPropertyAccessExpression(node.expression) &&
    node.expression.name.text === 'trim'
  )
    return next(node.expression.expression);
  if (ts.isCallExpression(node) && ts.isIdentifier(node.expression))
    return flat(returned(node.getSourceFile(), node.expression.text), depth);
  if (ts.isIdentifier(node)) return flat(valuesOf(node), depth);
  if (ts.isPropertyAccessExpression(node)) return flat(membersOf(node), depth);
  return [ANY];
}

function flat(nodes: readonly ts.Expression[], depth: number): string[] {
  return nodes.length === 0 ? [ANY] : nodes.flatMap((node) => textsOf(node, depth + 1));
}

function joined(heads: readonly string[], tails: readonly string[], end = ''): string[] {
  return heads.flatMap((head) => tails.map((tail) => `${head}${tail}${end}`));
}

/** Where a name gets its value: its own declaration, or the arguments of the calls when it is a parameter of a function of the file. */
function valuesOf(name: ts.Identifier): ts.Expression[] {
  const declaration = declarationOf(name);
  if (declaration === undefined) return [];
  if (ts.isVariableDeclaration(declaration))
    return declaration.initializer === undefined ? [] : [declaration.initializer];
  const owner = declaration.parent;
  const called = ts.isFunctionDeclaration(owner)
    ? owner.name?.text
    : ts.isVariableDeclaration(owner.parent) && ts.isIdentifier(owner.parent.name)
      ? owner.parent.name.text
      : undefined;
  const place = owner.parameters.indexOf(declaration);
  return called === undefined
    ? []
    : callsOf(name.getSourceFile(), called).flatMap(({ arguments: given }) => given[place] ?? []);
}

function declarationOf(name: ts.Identifier): ts.VariableDeclaration | ts.ParameterDeclaration | undefined {
  for (let scope: ts.Node | undefined = name.parent; scope !== undefined; scope = scope.parent) {
    if (ts.isFunctionLike(scope)) {
      const own = scope.parameters.find((parameter) => parameter.name.getText() === name.text);
      if (own !== undefined) return own;
    }
    if (!ts.isBlock(scope) && !ts.isSourceFile(scope)) continue;
    for (const statement of scope.statements.filter(ts.isVariableStatement)) {
      const own = statement.declarationList.declarations.find((one) => one.name.getText() === name.text);
      if (own !== undefined) return own;
    }
  }
  return undefined;
}

function callsOf(source: ts.SourceFile, name: string): ts.CallExpression[] {
  return nodesOf(source).filter(
    (node) => ts.isCallExpression(node) && node.expression.getText() === name,
  ) as ts.CallExpression[];
}

/** What a function of the file returns; [] when it is no function of the file. */
function returned(source: ts.SourceFile, name: string): ts.Expression[] {
  const owner = source.statements.find((one) => ts.isFunctionDeclaration(one) && one.name?.text === name);
  if (owner === undefined) return [];
  return nodesOf(owner).flatMap((node) =>
    ts.isReturnStatement(node) && node.expression !== undefined && node.expression.getText() !== 'undefined'
      ? [node.expression]
      : [],
  );
}

/** `mistake.what`: what stands under `what` in the objects of the file that have all the keys that are asked of it. */
function membersOf({ expression, name }: ts.PropertyAccessExpression): ts.Expression[] {
  if (!ts.isIdentifier(expression)) return [];
  const values = nodesOf(expression.getSourceFile()).flatMap((node) =>
    ts.isPropertyAssignment(node) && node.name.getText() === name.text ? [node.initializer] : [],
  );
  // Words alone are something else of the same name, a state or a kind.
  return values.filter((value) => !ts.isStringLiteral(value) || value.text.includes(' '));
}

/** Two variable parts in a row are one; line breaks do not matter. */
function tidy(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/…(?:\s?…)+/g, ANY)
    .trim();
}
