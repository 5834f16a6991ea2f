/** How the browser client is built: into the folder the server serves, with content-hashed assets. */
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin } from 'vite';

const server = 'http://localhost:4000';

/** Paints nothing before the script has chosen the theme: Vite drops the attribute when it is in the source. */
const blockRendering: Plugin = {
  name: 'block-rendering',
  transformIndexHtml: (html) =>
    html.replace('<script type="module"', '<script type="module" blocking="render"'),
};

export default defineConfig({
  plugins: [svelte(), blockRendering],
  build: {
    outDir: '../src/cromulent/web/static',
    emptyOutDir: true,
    target: 'es2022',
    // The content security policy is 'self' only: nothing may be inlined as a data: address.
    assetsInlineLimit: 0,
  },
  server: {
    proxy: {
      '/api': server,
      '/gateway': { target: server, ws: true },
    },
  },
});
