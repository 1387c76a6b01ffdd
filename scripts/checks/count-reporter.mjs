import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';

/**
 * A Vitest reporter that writes what `scripts/test.mjs` adds up to the file named in PCRL_TEST_COUNTS:
 * the tests passed and failed, and those skipped with the reason they gave (`context.skip(reason)`).
 */
export default class CountReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const inState = (state) => tests.filter((test) => test.result().state === state);
    // A file that fails to load has no tests to fail.
    const broken = modules.filter((module) => module.errors().length > 0).length;
    const counts = {
      passed: inState('passed').length,
      failed: inState('failed').length + broken + unhandledErrors.length,
      skipped: inState('skipped').map((test) => ({
        name: `${relative(process.cwd(), test.module.moduleId)} > ${test.fullName}`,
        reason: test.result().note ?? 'no reason given',
      })),
    };
    writeFileSync(process.env.PCRL_TEST_COUNTS, JSON.stringify(counts));
  }
}
