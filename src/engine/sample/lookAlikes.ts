/** Which classes a person in a hurry would mix up. Wrong labels are mostly of this kind. */
export const LOOK_ALIKES: Readonly<Record<string, readonly string[]>> = {
  apple: ['tomato', 'peach', 'cherry'],
  banana: ['lemon'],
  cherry: ['tomato', 'grape', 'apple'],
  grape: ['cherry'],
  kiwi: ['pear', 'lemon'],
  lemon: ['pear', 'banana'],
  mushroom: ['strawberry', 'tomato'],
  peach: ['apple', 'tomato'],
  pear: ['apple', 'lemon'],
  pineapple: ['banana', 'pumpkin'],
  pumpkin: ['tomato', 'peach'],
  strawberry: ['watermelon', 'tomato'],
  tomato: ['apple', 'peach'],
  watermelon: ['strawberry', 'kiwi'],
};
