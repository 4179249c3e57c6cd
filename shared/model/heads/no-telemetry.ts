/**
 * Builds of onnxruntime tell their maker what they run, from the first session on: a number for the machine and a database of events in the
 * cache folder of its user, and HTTPS requests. A machine that trades tells nobody. Read by its native code, so before it.
 */
process.env.ORT_DISABLE_TELEMETRY = '1';
