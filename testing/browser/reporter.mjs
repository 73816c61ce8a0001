// Prints one line a test and, last, the sums in the form in which cargo prints them, so that ./test can add them up.
export default async function* reporter(source) {
  let passed = 0;
  let failed = 0;
  let skipped = 0;
  for await (const { type, data } of source) {
    const suite = data?.details?.type === "suite";
    if (type === "test:pass" && !suite) {
      if (data.skip !== undefined || data.todo !== undefined) {
        skipped += 1;
        yield `test ${data.name} ... not run: ${data.skip ?? data.todo}\n`;
      } else {
        passed += 1;
        yield `test ${data.name} ... ok (${Math.round(data.details.duration_ms)} ms)\n`;
      }
    } else if (type === "test:fail" && !suite) {
      failed += 1;
      const error = data.details.error?.cause ?? data.details.error;
      yield `test ${data.name} ... FAILED\n${error?.stack ?? error?.message ?? error}\n`;
    } else if (type === "test:fail" && data.details.error?.failureType === "hookFailed") {
      failed += 1;
      yield `hook of ${data.name} FAILED: ${data.details.error.cause?.stack ?? data.details.error.message}\n`;
    } else if (type === "test:stdout" || type === "test:stderr") {
      yield data.message;
    }
  }
  const verdict = failed === 0 ? "ok" : "FAILED";
  yield `\ntest result: ${verdict}. ${passed} passed; ${failed} failed; ${skipped} ignored; 0 measured; 0 filtered out\n`;
}
