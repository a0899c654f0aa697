export declare function contentKey(names: readonly string[]): string;
