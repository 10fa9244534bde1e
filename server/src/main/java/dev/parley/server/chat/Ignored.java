package dev.parley.server.chat;

import io.grpc.stub.StreamObserver;

/// Takes what still comes on a call that is over.
final class Ignored<T> implements StreamObserver<T> {
  @Override
  public void onNext(T value) {}

  @Override
  public void onError(Throwable t) {}

  @Override
  public void onCompleted() {}
}
