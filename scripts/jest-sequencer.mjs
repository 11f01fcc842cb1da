/** Long test files begin first, or the machine waits for one of them in the end with all other cores idle. */
import Sequencer from '@jest/test-sequencer';

/** What takes half a minute and more. Jest knows that of a run before, and without one goes by the size of the file. */
const LONG = /\/(integration\/reliability-schedule(-more)?|e2e\/reliability|unit\/upload\/upload)\.test\.ts$/;

export default class LongestFirst extends Sequencer {
  sort(tests) {
    const isLong = ({ path }) => Number(LONG.test(path.replaceAll('\\', '/')));
    return [...super.sort(tests)].sort((a, b) => isLong(b) - isLong(a));
  }
}
