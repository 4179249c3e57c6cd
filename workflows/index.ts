/** Every workflow, by the name that the Web UI, `temporal` and `tctl` start it with. */
export { shipModel } from './ship-model.js';
