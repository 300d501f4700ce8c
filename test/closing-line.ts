import type {Reporter, TestModule} from 'vitest/node';

/** Ends a run with one plain line, "N passed, N failed, N skipped", that any log reader understands; before it, who needed a second try. */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]) {
    const count = {passed: 0, failed: 0, skipped: 0, pending: 0};
    for (const module of modules) for (const test of module.children.allTests()) count[test.result().state]++;
    for (const test of modules.flatMap(module => [...module.children.allTests()])) {
      if (test.diagnostic()?.flaky)
        process.stdout.write(`\nPASSED ONLY AT THE SECOND TRY: ${test.module.moduleId}, ${test.fullName}`);
    }
    const broken = modules.filter(m => m.state() === 'failed' && [...m.children.allTests()].length === 0).length;
    process.stdout.write(`\n${count.passed} passed, ${count.failed + broken} failed, ${count.skipped} skipped\n`);
  }
}
