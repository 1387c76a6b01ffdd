import { describe, expect, it } from 'vitest';
import { explain } from '../../src/cli/failure.js';

const raised = (message: string, properties: object) =>
  Object.assign(new Error(message), properties);

describe('what the command line says of an error', () => {
  it('names what to make smaller where memory ends', () => {
    const error = raised('aten::conv3d(f32[32, 512, 8, 8, 4]): not enough memory', { remedy: '' });
    const { message, exitCode } = explain(error);
    expect(message).toMatch(/not enough memory\n {2}.*--batch/);
    expect(exitCode).toBe(1);
    expect(explain(raised('aten::add: shapes differ', { remedy: '' })).message).not.toContain(
      '--batch',
    );
  });

  it('says that the disk is full, and what to do', () => {
    const { message, exitCode } = explain(
      raised('write', { code: 'ENOSPC', syscall: 'write', errno: -28 }),
    );
    expect(message).toMatch(/^no space left on the disk \(write\)\n {2}Make room/);
    expect(exitCode).toBe(1);
  });

  it('shows a stack of our own faults only', () => {
    expect(explain(new TypeError('x is undefined')).message).toContain('a fault in pcrl');
    const missing = raised('ENOENT: no such file', { syscall: 'open', errno: -2 });
    expect(explain(missing)).toEqual({ message: 'ENOENT: no such file', exitCode: 1 });
  });
});
