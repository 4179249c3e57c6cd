/** Every workflow, by the name that the Web UI, `temporal` and `tctl` start it with. */
export { backtestRange } from './backtest-range.js';
export { shipModel } from './ship-model.js';
