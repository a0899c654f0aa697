/** Calls `apply` at most once per frame, with the newest value. What arrives in between is never shown and is dropped. */
export function latestPerFrame<T>(apply: (value: T) => void): (value: T) => void {
  let newest: { value: T } | undefined;
  return value => {
    const scheduled = newest !== undefined;
    newest = { value };
    if (scheduled) return;
    requestAnimationFrame(() => {
      const box = newest!;
      newest = undefined;
      apply(box.value);
    });
  };
}
