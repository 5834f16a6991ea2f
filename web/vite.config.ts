/** How the browser client is built: into the folder the server serves, with content-hashed assets and a service worker that knows them. */
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin } from 'vite';

const server = 'http://localhost:4000';
const WORKER = 'service_worker';

/** Paints nothing before the script has chosen the theme: Vite drops the attribute when it is in the source. */
const blockRendering: Plugin = {
  name: 'block-rendering',
  transformIndexHtml: (html) =>
    html.replace('<script type="module"', '<script type="module" blocking="render"'),
};

/** A name for a text that no other text has: 16 hexadecimal digits of its SHA-256. */
async function nameOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest, 0, 8), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Names the build in the page and in the worker, and tells the worker which files the page is made of. */
const nameBuild: Plugin = {
  name: 'name-build',
  enforce: 'post',
  async generateBundle(_, bundle) {
    const page = bundle['index.html'];
    const worker = bundle[`${WORKER}.js`];
    if (page?.type !== 'asset' || worker?.type !== 'chunk')
      throw new Error('There is no page, or no worker.');
    // A classic script, for browsers that know no other: so it must not share a chunk with the page.
    if (worker.imports.length > 0) throw new Error(`The worker imports ${worker.imports.join()}.`);
    const files = Object.keys(bundle).filter((name) => name.startsWith('assets/'));
    const html = String(page.source);
    const build = await nameOf([html, worker.code, ...files.sort()].join('\n'));
    page.source = html.replace('</title>', `</title>\n    <meta name="build" content="${build}" />`);
    const paths = files.map((name) => `/${name}`);
    worker.code = `const BUILD=${JSON.stringify(build)},FILES=${JSON.stringify(paths)};\n${worker.code}`;
  },
};

export default defineConfig({
  plugins: [svelte(), blockRendering, nameBuild],
  build: {
    outDir: '../src/cromulent/web/static',
    emptyOutDir: true,
    target: 'es2022',
    // The content security policy is 'self' only: nothing may be inlined as a data: address.
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: { index: 'index.html', [WORKER]: `src/${WORKER}/${WORKER}.ts` },
      // The worker's address never changes: browsers look there for the next one.
      output: { entryFileNames: ({ name }) => (name === WORKER ? '[name].js' : 'assets/[name]-[hash].js') },
    },
  },
  server: {
    proxy: {
      '/api': server,
      '/gateway': { target: server, ws: true },
    },
  },
});
