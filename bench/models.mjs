/** Convolution, batch normalisation and ReLU. The bias would have no effect before the normalisation. */
const normalised = (layer) => [
  { ...layer, padding: "same", useBias: false },
  { type: "batchNorm2d" },
  { type: "activation", activation: "relu" },
];
const conv = (filters, kernelSize = 3, options = {}) => ({ type: "conv2d", filters, kernelSize, ...options });
const relu = { activation: "relu" };

const residualBlock = (filters, strides) => {
  const [first, norm, activation, second] = [
    ...normalised(conv(filters, 3, { strides })),
    { ...conv(filters), padding: "same", useBias: false },
  ];
  return {
    type: "residual",
    layers: [first, norm, activation, second, norm],
    ...(strides > 1 && { shortcut: [conv(filters, 1, { strides })] }),
    ...relu,
  };
};

/** A depthwise and a 1 x 1 convolution, as in MobileNet. */
const separable = (filters, strides) => [
  ...normalised({ type: "depthwiseConv2d", kernelSize: 3, strides }),
  ...normalised(conv(filters, 1)),
];

const pool = { type: "maxPool2d" };
const flatten = { type: "flatten" };
const dropout = (rate) => ({ type: "dropout", rate });
const dense = (units, options = {}) => ({ type: "dense", units, ...options });

/** Keras' example simple_mnist_convnet. */
const kerasMnist = [
  ...[conv(32, 3, relu), pool, conv(64, 3, relu), pool],
  ...[flatten, dropout(0.5), dense(10)],
];

/** PyTorch's example mnist. */
const pytorchMnist = [
  ...[conv(32, 3, relu), conv(64, 3, relu), pool, dropout(0.25)],
  ...[flatten, dense(128, relu), dropout(0.5), dense(10)],
];

const residual = [
  ...normalised(conv(16)),
  ...[residualBlock(16, 1), residualBlock(32, 2), residualBlock(64, 2)],
  ...[{ type: "globalAveragePool2d" }, dense(10)],
];

/** Two blocks of VGG, with batch normalisation and dropout. */
const vgg = [
  ...[32, 64].flatMap((filters) => [
    ...[...normalised(conv(filters)), ...normalised(conv(filters))],
    ...[pool, dropout(0.25)],
  ]),
  ...[flatten, dense(256, relu), dropout(0.5), dense(10)],
];

/** Keras' example cifar10_cnn. */
const cifarCnn = [
  ...[32, 64].flatMap((filters) => [
    ...[conv(filters, 3, { padding: "same", ...relu }), conv(filters, 3, relu)],
    ...[pool, dropout(0.25)],
  ]),
  ...[flatten, dense(512, relu), dropout(0.5), dense(10)],
];

const separableCnn = [
  ...normalised(conv(16)),
  ...[separable(32, 1), separable(64, 2), separable(64, 1), separable(128, 2)].flat(),
  ...[{ type: "globalAveragePool2d" }, dense(10)],
];

const named = (name, layers) => ({ name, layers });

/** The models that are measured against other frameworks, as `train` takes them. Images are MNIST's size unless IMAGE_SIZES says otherwise. */
export const MODELS = {
  "paper-cnn": "paper-cnn",
  "mnist-99": "mnist-99",
  "lenet-5": "lenet-5",
  mlp: "mlp",
  "keras-mnist": named("keras-mnist", kerasMnist),
  "pytorch-mnist": named("pytorch-mnist", pytorchMnist),
  residual: named("residual", residual),
  vgg: named("vgg", vgg),
  "cifar-cnn": named("cifar-cnn", cifarCnn),
  separable: named("separable", separableCnn),
};

/** The size of images by model, if it is not MNIST's. */
export const IMAGE_SIZES = { "cifar-cnn": { height: 32, width: 32, channels: 3 } };
