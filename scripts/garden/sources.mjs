// What collect.mjs takes from where: the emoji sets with their licences, and the names under which they file each class.

export const LICENSE_PACKAGE = { name: 'spdx-license-list', version: '6.12.0' };

/**
 * `file` names the set in media/garden. A set that redraws another one's outlines shares its name before the dot
 * (`fluent`, `fluent.flat`): both count as one drawing, so they never fall into different splits.
 */
export const VENDORS = [
  {
    file: 'noto',
    package: '@iconify-json/noto',
    version: '1.2.9',
    title: 'Noto Emoji',
    author: 'Google LLC',
    licence: 'Apache-2.0',
    attribution: 'Noto Emoji, Copyright Google LLC, licensed under the Apache License, Version 2.0.',
  },
  {
    file: 'noto-v1',
    package: '@iconify-json/noto-v1',
    version: '1.2.5',
    title: 'Noto Emoji, first version',
    author: 'Google LLC',
    licence: 'Apache-2.0',
    attribution: 'Noto Emoji (first version), Copyright Google LLC, licensed under the Apache License, Version 2.0.',
  },
  {
    file: 'twemoji',
    package: '@iconify-json/twemoji',
    version: '1.2.5',
    title: 'Twemoji',
    author: 'Twitter, Inc and other contributors',
    licence: 'CC-BY-4.0',
    attribution: 'Twemoji, Copyright Twitter, Inc and other contributors, graphics licensed under CC BY 4.0.',
  },
  {
    file: 'openmoji',
    package: '@iconify-json/openmoji',
    version: '1.2.29',
    title: 'OpenMoji',
    author: 'HfG Schwäbisch Gmünd and contributors',
    licence: 'CC-BY-SA-4.0',
    attribution: 'All emojis designed by OpenMoji, the open-source emoji and icon project. Licence: CC BY-SA 4.0.',
  },
  {
    file: 'fluent',
    package: '@iconify-json/fluent-emoji',
    version: '1.2.7',
    title: 'Fluent Emoji, colour',
    author: 'Microsoft Corporation',
    licence: 'MIT',
    attribution: 'Fluent Emoji (colour), Copyright (c) Microsoft Corporation, licensed under the MIT licence.',
  },
  {
    file: 'fluent.flat',
    package: '@iconify-json/fluent-emoji-flat',
    version: '1.2.6',
    title: 'Fluent Emoji, flat',
    author: 'Microsoft Corporation',
    licence: 'MIT',
    attribution: 'Fluent Emoji (flat), Copyright (c) Microsoft Corporation, licensed under the MIT licence.',
  },
  {
    file: 'emojione',
    package: '@iconify-json/emojione',
    version: '1.2.3',
    title: 'EmojiOne 2.3',
    author: 'Ranks.com Inc. (EmojiOne) and contributors to EmojiTwo',
    licence: 'CC-BY-4.0',
    attribution: 'Emoji artwork EmojiOne 2.3, Copyright Ranks.com Inc., kept by EmojiTwo, licensed under CC BY 4.0.',
  },
  {
    file: 'emojione-v1',
    package: '@iconify-json/emojione-v1',
    version: '1.2.3',
    title: 'EmojiOne 1.5',
    author: 'Ranks.com Inc. (EmojiOne)',
    licence: 'CC-BY-SA-4.0',
    attribution: 'Emoji artwork EmojiOne 1.5, Copyright Ranks.com Inc., licensed under CC BY-SA 4.0.',
  },
  {
    // The package names Apache-2.0, which is the licence of the set's code; its drawings are under CC BY 4.0 (the set's LICENSE.md).
    file: 'fxemoji',
    package: '@iconify-json/fxemoji',
    version: '1.2.2',
    title: 'FxEmojis (Firefox OS)',
    author: 'Mozilla Foundation',
    licence: 'CC-BY-4.0',
    attribution: 'FxEmojis, Copyright 2015 Mozilla Foundation, visual design licensed under CC BY 4.0.',
  },
  {
    file: 'streamline',
    package: '@iconify-json/streamline-emojis',
    version: '1.2.4',
    title: 'Streamline Emojis',
    author: 'Streamline (Webalys)',
    licence: 'CC-BY-4.0',
    attribution: 'Streamline Emojis by Streamline (Webalys), licensed under CC BY 4.0.',
  },
];

/** Class -> variant ('' is the plain one) -> names in the sets; the first that a set has is taken. */
export const CLASSES = {
  apple: { '': ['red-apple', 'redapple'], green: ['green-apple', 'greenapple'] },
  banana: { '': ['banana'] },
  cherry: { '': ['cherries'] },
  grape: { '': ['grapes'] },
  kiwi: { '': ['kiwi-fruit'] },
  lemon: { '': ['lemon'] },
  mushroom: { '': ['mushroom'], brown: ['brown-mushroom'] },
  peach: { '': ['peach'] },
  pear: { '': ['pear'] },
  pineapple: { '': ['pineapple'] },
  pumpkin: { '': ['jack-o-lantern', 'jackolantern'] },
  strawberry: { '': ['strawberry', 'strawberry-1'], second: ['strawberry-2'] },
  tomato: { '': ['tomato'] },
  watermelon: { '': ['watermelon', 'watermelon-1'], second: ['watermelon-2'] },
};
