// Process: temporal-downloader.js FOLDER VERSION. Starts and stops a dev server, which makes the SDK download it first.
const [downloadDir, version] = process.argv.slice(2);
try {
  // Imported here so that an installation without development packages ends with a sentence instead of a stack.
  const { TestWorkflowEnvironment } = await import('@temporalio/testing');
  const server = await TestWorkflowEnvironment.createLocal({
    server: { executable: { type: 'cached-download', downloadDir, version } },
  });
  await server.teardown();
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
