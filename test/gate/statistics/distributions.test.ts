import assert from 'node:assert/strict';
import fc from 'fast-check';
import { normalCdf, normalQuantile } from '../../../research/gate/statistics/normal.js';
import { studentTCdf } from '../../../research/gate/statistics/student-t.js';
import { wilsonInterval } from '../../../research/gate/statistics/wilson.js';
import { close } from './close.js';

describe('the distributions of the gate', () => {
  it('give the normal distribution function of SciPy from tail to tail', () => {
    const scipy = [
      [-10, 7.61985302416047e-24],
      [-5.5, 1.898956246588768e-8],
      [-3, 0.0013498980316300933],
      [-2.999, 0.0013543365337271057],
      [-1, 0.15865525393145707],
      [-0.1, 0.460172162722971],
      [0, 0.5],
      [0.5, 0.6914624612740131],
      [1.959963984540054, 0.975],
      [2.5, 0.9937903346742238],
      [6, 0.9999999990134123],
    ] as const;
    for (const [x, expected] of scipy) close(normalCdf(x), expected, 1e-12);
    assert.equal(normalCdf(Number.NEGATIVE_INFINITY), 0);
    assert.equal(normalCdf(Number.POSITIVE_INFINITY), 1);
  });

  it('give the normal quantile of SciPy', () => {
    const scipy = [
      [1e-300, -37.0470962993612],
      [1e-20, -9.262340089798409],
      [1e-5, -4.264890793922825],
      [0.02425, -1.972961051311885],
      [0.1, -1.2815515655446004],
      [0.5, 0],
      [0.975, 1.959963984540054],
      [1 - 1 / 88, 2.277988333028735],
    ] as const;
    for (const [p, expected] of scipy) close(normalQuantile(p), expected, 1e-12);
    assert.equal(normalQuantile(0), Number.NEGATIVE_INFINITY);
    assert.ok(Number.isNaN(normalQuantile(1.1)));
  });

  it('give quantiles that the distribution function maps back', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-12, max: 1 - 1e-12, noNaN: true }), (p) => {
        close(normalCdf(normalQuantile(p)), p, 1e-12);
      }),
    );
  });

  it("give Student's t of SciPy for few and many degrees of freedom", () => {
    const scipy = [
      [-3, 1, 0.10241638234956672],
      [0.5, 1, 0.6475836176504333],
      [2.4905, 5, 0.9724363371549168],
      [-1.2109, 14, 0.12298966561520767],
      [1.6449, 1e6, 0.9500046253778486],
      [-6, 30, 6.971384383602382e-7],
      [12, 3, 0.9993774920996054],
      [0.001, 200, 0.5003984438494306],
      [-40, 50, 6.2062118921863455e-40],
      [1.3, 0.5, 0.7296926732774399],
    ] as const;
    for (const [t, degrees, expected] of scipy) close(studentTCdf(t, degrees), expected, 1e-9);
    assert.equal(studentTCdf(0, 7), 0.5);
    assert.throws(() => studentTCdf(1, 0), RangeError);
  });

  it("give SciPy's Wilson interval of 7 in 40, and stay within [0, 1]", () => {
    const { low, high } = wilsonInterval(7, 40);
    close(low, 0.08745413746035918, 1e-12);
    close(high, 0.3194999033178771, 1e-12);
    assert.equal(wilsonInterval(0, 3).low, 0);
    assert.equal(wilsonInterval(3, 3).high, 1);
  });
});
