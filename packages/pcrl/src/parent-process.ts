import type { StdioOptions } from 'node:child_process';

/** Says to a run that another process of pcrl started it and that it ends with that one. */
const ENDS_WITH_PARENT = 'PCRL_ENDS_WITH_PARENT';

/**
 * How to spawn a run that hears when its parent is gone, killed outright too: the channel between the two
 * closes. What it says comes through `stderr`.
 */
export function spawnedToEndWithParent(): {
  readonly stdio: StdioOptions;
  readonly env: NodeJS.ProcessEnv;
} {
  return {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { ...process.env, [ENDS_WITH_PARENT]: 'yes' },
  };
}

/** What a process knows of its parent. */
export type Child = Pick<NodeJS.Process, 'env' | 'connected' | 'channel' | 'on' | 'off'>;

/**
 * Calls `stop` once the parent of a run that was spawned so is gone.
 *
 * @param run the process that the run is
 * @returns stops listening
 */
export function whenParentIsGone(stop: () => void, run: Child = process): () => void {
  if (run.env[ENDS_WITH_PARENT] === undefined) return () => undefined;
  // It may have gone while this process was starting.
  if (!run.connected) stop();
  run.on('disconnect', stop);
  // Listening alone keeps no run from its end.
  run.channel?.unref();
  return () => run.off('disconnect', stop);
}
