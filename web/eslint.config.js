/** Lint rules of the client: correctness, the size budgets, and which folder may import which. */
import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

const UI = ['**/ui/**', '**/ui', 'svelte', 'svelte/*', '@lucide/svelte', '@lucide/svelte/*', '**/*.svelte'];

/** Refuses imports of `group` in the files of one layer, saying why. */
function forbid(files, group, message) {
  return {
    files,
    rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns: [{ group, message }] }] },
  };
}

export default ts.config(
  { ignores: ['node_modules'] },
  js.configs.recommended,
  ...ts.configs.recommendedTypeChecked,
  ...svelte.configs.recommended,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['*.js'] },
        tsconfigRootDir: import.meta.dirname,
        extraFileExtensions: ['.svelte'],
      },
    },
    rules: {
      'no-undef': 'off', // TypeScript knows better
      eqeqeq: 'error',
      'max-params': ['error', 5],
      'max-lines-per-function': ['error', 60],
      'max-lines': ['error', 400],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unnecessary-condition': 'off',
    },
  },
  { files: ['**/*.generated.ts'], rules: { 'max-lines': 'off' } }, // as long as the protocol is
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } },
    rules: {
      'svelte/no-navigation-without-resolve': 'off', // SvelteKit only
      // The parser does not know the types of callbacks in markup; svelte-check does, and checks them.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
    },
  },
  forbid(
    ['src/core/**/*.ts'],
    [...UI, '**/voice', '**/voice/**'],
    'core knows neither the user interface nor the voice engine.',
  ),
  forbid(
    ['src/voice/**/*.ts'],
    [...UI, '**/core/**', '!**/core/protocol.generated', '!**/core/protocol.generated.ts'],
    'The voice engine is given its ports; of core it may know the protocol types only.',
  ),
  { files: ['**/*.js'], ...ts.configs.disableTypeChecked },
);
