// The first import decides: whoever opens a session has that module's settings before.
import './no-telemetry.js';

export { InferenceSession, Tensor } from 'onnxruntime-node';
