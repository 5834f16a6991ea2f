/** What a page says to a service worker, and what it is answered. Types only: the worker's script imports nothing. */

/**
 * `build`: of which build are you? Answered with a `BuildAnswer` over the port that comes with it.
 * `take_over`: the page that asks is of your build; serve it from now on, unless another page is open.
 */
export interface Question {
  ask: 'build' | 'take_over';
}

export interface BuildAnswer {
  build: string;
}
