/** The parallel lists of a TreeEnsembleRegressor, one entry a node. */
export interface TreeLists {
  readonly treeIds: readonly number[];
  readonly nodeIds: readonly number[];
  readonly trueIds: readonly number[];
  readonly falseIds: readonly number[];
  readonly modes: readonly string[];
}

/**
 * Every walk from a root ends in a leaf: a node is the child of one other at most, the first of a tree of none, and children
 * are in the same tree. So no walk can come to a node twice.
 * @throws RangeError
 */
export function requireTrees({ treeIds, nodeIds, trueIds, falseIds, modes }: TreeLists): void {
  const count = nodeIds.length;
  if ([treeIds, trueIds, falseIds, modes].some(({ length }) => length !== count))
    throw new RangeError('the lists of its trees differ in length');
  for (let start = 0; start < count; ) {
    let end = start + 1;
    while (end < count && treeIds[end] === treeIds[start]) end++;
    // A tree that goes on after another one has begun would have two roots.
    if (start > 0 && !(treeIds[start]! > treeIds[start - 1]!)) throw new RangeError('its trees are not in order');
    requireTree(start, end);
    start = end;
  }

  function requireTree(start: number, end: number): void {
    const tree = treeIds[start];
    const isKnown = new Set(nodeIds.slice(start, end));
    if (isKnown.size < end - start) throw new RangeError(`a node of its tree ${tree} is given twice`);
    const isChild = new Set<number>([nodeIds[start]!]);
    for (let at = start; at < end; at++) {
      if (modes[at] === 'LEAF') continue;
      if (modes[at] !== 'BRANCH_LT') throw new RangeError(`its tree ${tree} has a node of mode ${modes[at]}`);
      for (const child of [trueIds[at]!, falseIds[at]!]) {
        if (!isKnown.has(child)) throw new RangeError(`a node of its tree ${tree} leads out of the tree`);
        if (isChild.has(child)) throw new RangeError(`its tree ${tree} leads back to node ${child}`);
        isChild.add(child);
      }
    }
  }
}
