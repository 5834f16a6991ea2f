/** The composition root of the browser client: builds the parts and mounts the page. */
import { mount } from 'svelte';
import App from './ui/App.svelte';

mount(App, { target: document.getElementById('app')! });
