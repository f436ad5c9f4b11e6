/* SPDX-License-Identifier: MIT
 * list.h -- every known network, one line each.  No include guard: read twice. */
KNOWN(mlp)
KNOWN(cnn)
KNOWN(resnet20)
KNOWN(resnet32)
KNOWN(resnet44)
KNOWN(resnet56)
KNOWN(resnet110)
KNOWN(mobilenet)
KNOWN(resnet50)
KNOWN(resnet101)
KNOWN(vgg19)
KNOWN(bert_large)
