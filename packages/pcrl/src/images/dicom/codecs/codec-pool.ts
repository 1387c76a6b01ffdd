import { type ChildProcess, fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';
import type { CodecResult, CodecTask } from './codec.js';
import type { Answer } from './codec-process.js';

/** Memory of one decoding process: JavaScript's heap, and each WebAssembly memory. */
const HEAP_MEGABYTES = 512;
const WASM_MEGABYTES = 512;
const WASM_PAGES = WASM_MEGABYTES * 16;

/** A frame of 512 x 512 takes 10 to 50 ms; the largest mammograms take seconds. */
const FRAME_TIMEOUT_MS = 10_000;

/** Loader threads read files side by side already, so each of them keeps one process. */
const PROCESSES = isMainThread ? Math.min(4, availableParallelism()) : 1;

interface Waiting {
  readonly task: CodecTask;
  readonly timeout: number;
  readonly resolve: (result: CodecResult) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Decodes compressed frames in processes of their own, so that a decoder that crashes, hangs or
 * swallows memory costs one file. Processes start when first needed, and again after a crash; they
 * keep nothing alive, and end with this one.
 */
export class CodecPool {
  readonly #entry: string;
  readonly #idle: CodecProcess[] = [];
  readonly #waiting: Waiting[] = [];
  #count = 0;

  /** @param entry the module that a process runs */
  constructor(entry: string) {
    this.#entry = entry;
  }

  /** @throws Error in the decoder's words, or that it crashed or took too long. */
  decode(task: CodecTask, timeout: number): Promise<CodecResult> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ task, timeout, resolve, reject });
      this.#next();
    });
  }

  #next(): void {
    if (this.#waiting.length === 0) return;
    const process = this.#free();
    if (process) void this.#run(process, this.#waiting.shift()!);
  }

  #free(): CodecProcess | undefined {
    for (let idle = this.#idle.pop(); idle; idle = this.#idle.pop()) {
      if (idle.alive) return idle;
      this.#count--;
    }
    if (this.#count >= PROCESSES) return undefined;
    this.#count++;
    return new CodecProcess(this.#entry);
  }

  async #run(process: CodecProcess, waiting: Waiting): Promise<void> {
    const { fresh } = process;
    try {
      waiting.resolve(await process.decode(waiting.task, waiting.timeout));
    } catch (error) {
      // One that stood idle may have died before the task reached it; a fresh one decides.
      if (error instanceof DecoderCrash && !fresh) this.#waiting.unshift(waiting);
      else waiting.reject(error as Error);
    }
    if (process.alive) this.#idle.push(process);
    else this.#count--;
    this.#next();
  }
}

/** A process ended with a task unanswered. */
class DecoderCrash extends Error {}

/** One process, with one task at a time. */
class CodecProcess {
  readonly #child: ChildProcess;
  alive = true;
  /** Whether it has had no task yet. */
  fresh = true;

  constructor(entry: string) {
    this.#child = fork(entry, [], {
      execArgv: [
        ...process.execArgv,
        `--max-old-space-size=${HEAP_MEGABYTES}`,
        `--wasm-max-mem-pages=${WASM_PAGES}`,
      ],
      serialization: 'advanced',
      // A decoder that prints must not reach this process's output.
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    this.#child.on('error', () => this.#end());
    this.#child.on('exit', () => this.#end());
    this.#rest();
  }

  decode(task: CodecTask, timeout: number): Promise<CodecResult> {
    const child = this.#child;
    this.fresh = false;
    child.ref();
    child.channel?.ref();
    return new Promise<CodecResult>((resolve, reject) => {
      const finish = (settle: () => void) => {
        clearTimeout(timer);
        child.off('message', onMessage);
        child.off('exit', onExit);
        this.#rest();
        settle();
      };
      const onMessage = (answer: Answer) =>
        finish(() => ('problem' in answer ? reject(new Error(answer.problem)) : resolve(answer)));
      const onExit = (code: number | null, signal: string | null) => {
        this.alive = false;
        const how = signal ?? `exit code ${code}`;
        finish(() => reject(new DecoderCrash(`the decoder crashed (${how})`)));
      };
      const timer = setTimeout(() => {
        this.#end();
        const seconds = timeout / 1000;
        finish(() => reject(new Error(`the decoder did not finish within ${seconds} s`)));
      }, timeout);
      child.on('message', onMessage);
      child.on('exit', onExit);
      child.send(task, (error) => {
        if (error) onExit(child.exitCode, child.signalCode ?? error.message);
      });
    });
  }

  #end(): void {
    this.alive = false;
    this.#child.kill('SIGKILL');
  }

  /** Between tasks, the child does not keep this process from ending. */
  #rest(): void {
    this.#child.unref();
    this.#child.channel?.unref();
  }
}

let pool: CodecPool | undefined;

/**
 * Decodes a frame apart from this process.
 *
 * @param timeout milliseconds, the start of the decoding process included
 * @throws Error in the decoder's words, or that it crashed or took too long
 */
export function decodeApart(task: CodecTask, timeout = FRAME_TIMEOUT_MS): Promise<CodecResult> {
  pool ??= new CodecPool(decoderEntry());
  return pool.decode(task, timeout);
}

function decoderEntry(): string {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return fileURLToPath(new URL(`./codec-process.${extension}`, import.meta.url));
}
