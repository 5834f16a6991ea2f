/** Whether the page is one column wide: lists beside it become drawers over it. The style sheets use the same width. */
import { MediaQuery } from 'svelte/reactivity';

export const narrow = new MediaQuery('width < 760px');
