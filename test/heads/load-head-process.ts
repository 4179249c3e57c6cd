import { OnnxHead } from '../../shared/model/heads/onnx-head.js';
import { tinyOnnx } from './tiny-onnx.js';

const head = await OnnxHead.load(tinyOnnx(4, 2), 4, 2);
process.stdout.write(`${(await head.run(new Float32Array(4), 1)).length}\n`);
