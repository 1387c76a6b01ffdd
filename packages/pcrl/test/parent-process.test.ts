import { afterEach, describe, expect, it, vi } from 'vitest';
import { spawnedToEndWithParent, whenParentIsGone } from '../src/parent-process.js';

const connected = Object.getOwnPropertyDescriptor(process, 'connected')!;
const nowConnected = (value: boolean) =>
  Object.defineProperty(process, 'connected', { value, configurable: true });

function spawnedSo(): void {
  for (const [name, value] of Object.entries(spawnedToEndWithParent().env)) vi.stubEnv(name, value);
}

describe('a run that another process of pcrl started', () => {
  afterEach(() => {
    Object.defineProperty(process, 'connected', connected);
    vi.unstubAllEnvs();
  });

  it('is told when that one goes, once it listens no longer is not', () => {
    spawnedSo();
    nowConnected(true);
    const stop = vi.fn();
    const forget = whenParentIsGone(stop);
    expect(stop).not.toHaveBeenCalled();
    process.emit('disconnect');
    forget();
    process.emit('disconnect');
    expect(stop).toHaveBeenCalledOnce();
  });

  it('is told at once where that one went before it listened', () => {
    spawnedSo();
    nowConnected(false);
    const stop = vi.fn();
    whenParentIsGone(stop)();
    expect(stop).toHaveBeenCalledOnce();
  });

  it('does not care who is its parent when a person started it', () => {
    nowConnected(false);
    const stop = vi.fn();
    whenParentIsGone(stop)();
    expect(stop).not.toHaveBeenCalled();
  });
});
