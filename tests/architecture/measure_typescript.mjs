/** Prints the measures of TypeScript and Svelte files as JSON lines; arguments: the web folder, then files ("-" reads one from stdin). */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const [web, ...files] = process.argv.slice(2);
const ts = createRequire(`${web}/package.json`)('typescript');

/** The script of a component with everything around it blanked, so that line numbers stay true. */
function scriptOf(file, text) {
  if (!file.endsWith('.svelte')) return text;
  const kept = text.replace(/<script\b[^>]*>([\s\S]*?)<\/script>/g, (_, code) => `\u0001${code}\u0002`);
  return kept
    .split(/(\u0001[\s\S]*?\u0002)/)
    .map((part) => (part.startsWith('\u0001') ? part.slice(1, -1) : part.replace(/[^\n]/g, '')))
    .join('');
}

/** The callback of `describe` is a chapter, not a function. */
function isChapter(node) {
  const call = node.parent;
  return ts.isCallExpression(call) && /^describe\b/.test(call.expression.getText());
}

function nameOf(node) {
  const named = node.name ?? node.parent.name ?? node.parent.parent?.name;
  return ts.isConstructorDeclaration(node) ? 'constructor' : (named?.getText() ?? 'function');
}

/** One measure for each thing with a budget below `node`. */
function* measures(node, source, file) {
  const line = (position) => source.getLineAndCharacterOfPosition(position).line + 1;
  const where = () => `${file}:${line(node.getStart())} ${nameOf(node)}`;
  if (ts.isFunctionLike(node) && node.body) {
    yield { kind: 'parameters', where: where(), amount: node.parameters.length };
    if (ts.isBlock(node.body) && !isChapter(node)) {
      yield { kind: 'function', where: where(), amount: line(node.end) - line(node.getStart()) + 1 };
    }
  }
  if (ts.isClassLike(node)) yield { kind: 'class', where: where(), amount: fieldsOf(node) };
  for (const child of node.getChildren()) yield* measures(child, source, file);
}

/** Declared fields, static constants aside, and parameters of the constructor that become fields. */
function fieldsOf(node) {
  const declared = node.members.filter(
    (member) => ts.isPropertyDeclaration(member) && !/\bstatic readonly\b/.test(member.getText()),
  );
  const maker = node.members.find(ts.isConstructorDeclaration);
  const promoted = maker?.parameters.filter((parameter) => ts.isParameterPropertyDeclaration(parameter, maker)) ?? [];
  return declared.length + promoted.length;
}

for (const file of files) {
  const text = readFileSync(file === '-' ? 0 : file, 'utf8');
  const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
  const source = ts.createSourceFile(file, scriptOf(file, text), ts.ScriptTarget.Latest, true, ts.ScriptKind.TS);
  console.log(JSON.stringify({ kind: 'file', where: file, amount: lines }));
  for (const measure of measures(source, source, file)) console.log(JSON.stringify(measure));
}
