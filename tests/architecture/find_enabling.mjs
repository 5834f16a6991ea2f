/** Prints where TypeScript and Svelte files write a property `enabled`; arguments: the web folder, then files. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const [web, ...files] = process.argv.slice(2);
const { parse } = createRequire(`${web}/package.json`)('svelte/compiler');

const NAME = 'enabled';
const BY_NAME = ['Reflect.set', 'Reflect.defineProperty', 'Object.defineProperty'];
const BY_OBJECT = ['Object.assign', 'Object.defineProperties'];

/** What a key says, where it can be read: `a.enabled`, `a['enabled']`, `{ enabled: … }`. */
function isName(key, computed) {
  if (!computed && key.type === 'Identifier') return key.name === NAME;
  const said = key.type === 'TemplateLiteral' ? key.quasis.map(({ value }) => value.cooked).join('…') : key.value;
  return said === NAME;
}

/** Whether an assignment to this expression or pattern writes the property. */
function isWritten(target) {
  if (!target) return false;
  switch (target.type) {
    case 'MemberExpression':
      return isName(target.property, target.computed);
    case 'ObjectPattern':
      return target.properties.some((each) => isWritten(each.value ?? each.argument));
    case 'ArrayPattern':
      return target.elements.some(isWritten);
    default: // a default, a rest, a type that is asserted
      return isWritten(target.left ?? target.argument ?? target.expression);
  }
}

function isWritingCall({ callee, arguments: given }) {
  const name = callee.type === 'MemberExpression' ? `${callee.object.name}.${callee.property.name}` : '';
  if (BY_NAME.includes(name)) return given[1] !== undefined && isName(given[1], true);
  const named = (each) => each.type === 'Property' && isName(each.key, each.computed);
  return BY_OBJECT.includes(name) && given.slice(1).some((each) => each.properties?.some(named));
}

function writes(node) {
  switch (node.type) {
    case 'AssignmentExpression':
    case 'ForOfStatement':
    case 'ForInStatement':
      return isWritten(node.left);
    case 'UpdateExpression':
      return isWritten(node.argument);
    case 'BindDirective':
      return isWritten(node.expression);
    default:
      return node.type === 'CallExpression' && isWritingCall(node);
  }
}

/** The places below a node of the tree. */
function* found(node) {
  if (node === null || typeof node !== 'object') return;
  if (typeof node.type === 'string' && writes(node)) yield node.start;
  for (const child of Object.values(node)) yield* found(child);
}

/** A module is read as the script of a component without markup. */
const asComponent = (file, text) => (file.endsWith('.svelte') ? text : `<script lang="ts">${text}\n</script>`);

for (const file of files) {
  const text = asComponent(file, readFileSync(file, 'utf8'));
  const starts = new Set(found(parse(text, { modern: true })));
  for (const start of starts) console.log(`${file}:${text.slice(0, start).split('\n').length}`);
}
