/** The part of AudioWorkletGlobalScope that TypeScript's DOM library leaves out. */

interface WorkletScope {
  readonly AudioWorkletProcessor: new () => { readonly port: MessagePort };
  registerProcessor(name: string, processor: new (options: never) => object): void;
}

const scope = globalThis as unknown as WorkletScope;

export const { AudioWorkletProcessor } = scope;

export const registerProcessor = (
  ...[name, processor]: Parameters<WorkletScope['registerProcessor']>
): void => scope.registerProcessor(name, processor);
