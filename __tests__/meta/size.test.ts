import ts from 'typescript';
import { filesBelow, read } from './repository.js';

const MAX_FILE_LINES = 300;
const MAX_FUNCTION_LINES = 60;

const files = [...filesBelow('src', '.ts'), ...filesBelow('sandbox', '.ts'), ...filesBelow('scripts', '.ts')];

it('files stay small enough to be read at once', () => {
  const long = files.filter((path) => read(path).split('\n').length > MAX_FILE_LINES);
  expect(long).toEqual([]);
});

it('functions stay small enough to be seen at once', () => {
  const long = files.flatMap((path) => {
    const file = ts.createSourceFile(path, read(path), ts.ScriptTarget.ES2022, true);
    const found: string[] = [];
    const visit = (node: ts.Node): void => {
      if (ts.isFunctionLike(node) && 'body' in node && node.body) {
        const from = file.getLineAndCharacterOfPosition(node.getStart()).line;
        const to = file.getLineAndCharacterOfPosition(node.end).line;
        if (to - from + 1 > MAX_FUNCTION_LINES) found.push(`${path}:${from + 1} (${to - from + 1} lines)`);
      }
      ts.forEachChild(node, visit);
    };
    visit(file);
    return found;
  });
  expect(long).toEqual([]);
});
