/** A dataset that others publish: its files, their checksums, and where they are. */
export interface Published {
  /** Its name in its authors' words. */
  readonly title: string;
  /**
   * Its files, without ".gz". IDX: training images, training labels, test images, test labels. CIFAR-10: five files of training
   * images, and the test images.
   */
  readonly files: readonly PublishedFile[];
  /**
   * What the checksums of the files are of: their decompressed content, or the gzipped file. Only gzipped files can be verified
   * if no trustworthy checksum of the content is published.
   */
  readonly sha256Of: "content" | "gzip";
  /** URLs of folders with the gzipped files, or with the archive. They are tried in this order. */
  readonly mirrors: readonly string[];
  /** The archive that contains the files, if they are not published one by one. */
  readonly archive?: Archive;
  /** The name of its folder in the cache, if it shares one with another dataset. */
  readonly folder?: string;
  /** Names of the classes. */
  readonly classNames?: readonly string[];
  /** Whether the images are stored column by column. */
  readonly isTransposed?: boolean;
  /** The first label. Default: 0. */
  readonly firstLabel?: number;
  /** A subset that the package contains. */
  readonly embedded?: { readonly name: string; readonly what: string };
}

export interface PublishedFile {
  readonly name: string;
  readonly sha256: string;
}

export interface Archive {
  /** Its name, which ends in .zip or .tar.gz. */
  readonly name: string;
  readonly sha256: string;
  readonly bytes: number;
  /** The folder in the archive that contains the files. */
  readonly folder: string;
}

const FASHION_CLASSES = [
  ...["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat"],
  ...["Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"],
];

/** IDX files of one prefix, such as "emnist-digits-". */
function idxFiles(prefix: string, test: string, sha256: readonly [string, string, string, string]) {
  const names = [
    ...["train-images-idx3-ubyte", "train-labels-idx1-ubyte"],
    ...[`${test}-images-idx3-ubyte`, `${test}-labels-idx1-ubyte`],
  ];
  return names.map((name, i) => ({ name: prefix + name, sha256: sha256[i]! }));
}

const EMNIST = {
  sha256Of: "gzip",
  folder: "emnist",
  isTransposed: true,
  mirrors: [
    "https://biometrics.nist.gov/cs_links/EMNIST/",
    "https://www.itl.nist.gov/iaui/vip/cs_links/EMNIST/",
  ],
  archive: {
    name: "gzip.zip",
    sha256: "fb9bb67e33772a9cc0b895e4ecf36d2cf35be8b709693c3564cea2a019fcda8e",
    bytes: 561_753_746,
    folder: "gzip",
  },
} as const;

/** The datasets that are found on the disk or downloaded. docs/data.md says where each checksum comes from. */
export const PUBLISHED = {
  mnist: {
    title: "MNIST",
    sha256Of: "content",
    files: idxFiles("", "t10k", [
      "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
      "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
      "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
      "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    ]),
    mirrors: [
      "https://ossci-datasets.s3.amazonaws.com/mnist/",
      "https://storage.googleapis.com/cvdf-datasets/mnist/",
    ],
    embedded: { name: "mnist-10k", what: "a subset of 10,000 digits" },
  },
  "fashion-mnist": {
    title: "Fashion-MNIST",
    sha256Of: "content",
    files: idxFiles("", "t10k", [
      "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
      "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
      "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
      "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    ]),
    mirrors: [
      "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
      "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
    ],
    classNames: FASHION_CLASSES,
    embedded: { name: "fashion-mnist-10k", what: "a subset of 10,000 images" },
  },
  kmnist: {
    title: "Kuzushiji-MNIST",
    sha256Of: "gzip",
    files: idxFiles("", "t10k", [
      "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4",
      "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17",
      "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5",
      "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c",
    ]),
    mirrors: ["https://codh.rois.ac.jp/kmnist/dataset/kmnist/"],
    classNames: ["o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"],
  },
  "emnist-digits": {
    title: "EMNIST Digits",
    ...EMNIST,
    files: idxFiles("emnist-digits-", "test", [
      "f7c95004d14d81af89522e67d8f0c781dfb3bd544181c81bfe1eb6b41c35b726",
      "6638a6ff5fe2eefd9cca2471995b46c82986b8e4b2a70d2f5ce8e05d7edb319e",
      "20ebe43509264f7639d37c835a3f0b009e90b29e00a099a03101abe1644a3f63",
      "bad1834c45d5988e270b99d43b13edc3fd898f658ffbc2caf2846ef27f7b05b0",
    ]),
  },
  "emnist-letters": {
    title: "EMNIST Letters",
    ...EMNIST,
    files: idxFiles("emnist-letters-", "test", [
      "6288f418a917e007bf5fddb823a2dc7a5c6a35031401b93292a539cb12bd881f",
      "9759af91ea6bccdf07a6040fd085861f2ec88e37f7c3f5760f6feb57106fbe5c",
      "50f0e93d75b99b463e9760b8345866f22587fa2c2fba472730a5ba09c693412d",
      "924955c31fe7fd809b7303b5c0141282955f4b8390c74cdfd5d80435e0f4b4cb",
    ]),
    firstLabel: 1,
    classNames: [..."abcdefghijklmnopqrstuvwxyz"],
  },
  "cifar-10": {
    title: "CIFAR-10",
    sha256Of: "content",
    files: [
      ["data_batch_1.bin", "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5"],
      ["data_batch_2.bin", "a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed"],
      ["data_batch_3.bin", "bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67"],
      ["data_batch_4.bin", "014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48"],
      ["data_batch_5.bin", "755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add"],
      ["test_batch.bin", "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b"],
    ].map(([name, sha256]) => ({ name: name!, sha256: sha256! })),
    mirrors: [
      "https://www.cs.toronto.edu/~kriz/",
      "https://storage.googleapis.com/s4tf-hosted-binaries/datasets/CIFAR10/",
    ],
    archive: {
      name: "cifar-10-binary.tar.gz",
      sha256: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
      bytes: 170_052_171,
      folder: "cifar-10-batches-bin",
    },
    classNames: [
      ...["airplane", "automobile", "bird", "cat", "deer"],
      ...["dog", "frog", "horse", "ship", "truck"],
    ],
  },
} as const satisfies Record<string, Published>;

export type PublishedName = keyof typeof PUBLISHED;
