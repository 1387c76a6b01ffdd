import { EventEmitter } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { type Child, spawnedToEndWithParent, whenParentIsGone } from '../src/parent-process.js';

// Not this process: the one that runs the tests has a channel to its own parent, and ends without it.
function child(env: NodeJS.ProcessEnv, connected: boolean) {
  const process = Object.assign(new EventEmitter(), { env, connected, channel: undefined });
  return { run: process as unknown as Child, disconnect: () => process.emit('disconnect') };
}

describe('a run that another process of pcrl started', () => {
  const { env } = spawnedToEndWithParent();

  it('is told when that one goes, once it listens no longer is not', () => {
    const { run, disconnect } = child(env, true);
    const stop = vi.fn();
    const forget = whenParentIsGone(stop, run);
    expect(stop).not.toHaveBeenCalled();
    disconnect();
    forget();
    disconnect();
    expect(stop).toHaveBeenCalledOnce();
  });

  it('is told at once where that one went before it listened', () => {
    const stop = vi.fn();
    whenParentIsGone(stop, child(env, false).run)();
    expect(stop).toHaveBeenCalledOnce();
  });

  it('does not care who is its parent when a person started it', () => {
    const { run, disconnect } = child({}, false);
    const stop = vi.fn();
    whenParentIsGone(stop, run);
    disconnect();
    expect(stop).not.toHaveBeenCalled();
  });
});
