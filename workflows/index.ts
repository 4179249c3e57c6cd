/** Every workflow, by the name that the Web UI, `temporal` and `tctl` start it with. */
export { alarm } from './alarm.js';
export { backtestRange } from './backtest-range.js';
export { captureDay } from './capture-day.js';
export { captureDays } from './capture-days.js';
export { monitorDay } from './monitor-day.js';
export { monitorDays } from './monitor-days.js';
export { publishRecord } from './publish-record.js';
export { reviewClicks } from './review-clicks.js';
export { rollBackModel } from './roll-back-model.js';
export { searchRecipe } from './search-recipe.js';
export { shipModel } from './ship-model.js';
export { uploadJournal } from './upload-journal.js';
export { uploadJournals } from './upload-journals.js';
