/** One branch on column 0 at 0.5, as XGBoost writes it: missing goes right. */
export const STUMP = {
  left_children: [1, -1, -1],
  right_children: [2, -1, -1],
  split_indices: [0, 0, 0],
  split_conditions: [0.5, -1, 2],
  default_left: [0, 0, 0],
  loss_changes: [3, 0, 0],
  split_type: [0, 0, 0],
  tree_param: { size_leaf_vector: '1' },
};
