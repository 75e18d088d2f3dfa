// SPDX-License-Identifier: Apache-2.0
// One machine gets its share and no more; who takes too long or sends too much goes, and the others notice nothing.
#include "tests/transport/stand.h"

namespace sdr::testing {
namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

class TransportLimits : public TransportTest {
 protected:
  uint64_t refused(const char* family, const char* why) {
    return transport->registry().counter(family, "", {{"why", why}}).value();
  }
};

TEST_F(TransportLimits, GivesAnAddressItsShareOfClients) {
  options.clients_per_address_max = 2;
  options.loopback_is_free = false;
  open_ring();
  start();
  auto first = connect(), second = connect();
  EXPECT_TRUE(first->open() && second->open());
  auto third = connect();
  EXPECT_TRUE(has(third->answer(), " 429 "));
  EXPECT_EQ(refused("access_refused_total", "address_full"), 1u);
  shutdown(first->fd(), SHUT_RDWR);
  ASSERT_TRUE(until([&] { return transport->hub().count() == 1; }));
  auto fourth = connect();
  EXPECT_TRUE(fourth->open());
}

TEST_F(TransportLimits, LetsGoOfTheOldestStrangerForANewOne) {
  use_tokens("viewer viewers-token-000001\n");
  options.unauthenticated_max = 2;
  open_ring();
  start();
  std::vector<std::shared_ptr<WsClient>> strangers;
  for (int i = 0; i < 5; ++i) strangers.push_back(connect());
  for (size_t i = 0; i < 3; ++i) {
    ASSERT_TRUE(until([&] { return strangers[i]->close_code() != 0; }));
    EXPECT_EQ(strangers[i]->close_code(), 1013);
  }
  EXPECT_EQ(counter("access_pushed_out_total"), 3u);
  EXPECT_TRUE(until([&] { return transport->hub().stranger_count() == 2; }));
  auto viewer = connect_as("viewers-token-000001", "viewer");
  EXPECT_FALSE(viewer->ended());
}

TEST_F(TransportLimits, KeepsAPlaceForWhoShowsATokenOnlyWhereThereIsOne) {
  use_tokens("viewer viewers-token-000001\n");
  options.clients_max = 1;
  open_ring();
  start();
  auto late = connect();
  auto viewer = connect_as("viewers-token-000001", "viewer");
  late->command(R"({"action":"auth","cmd_seq":1,"data":{"token":"viewers-token-000001"}})");
  ASSERT_TRUE(until([&] { return late->close_code() != 0; }));
  EXPECT_EQ(late->close_code(), 1013);
}

TEST_F(TransportLimits, EndsWhoSendsTooManyBytes) {
  open_ring();
  start();
  auto bystander = connect();
  auto client = connect();
  const std::string message(60'000, 'x');
  ASSERT_TRUE(until([&] {
    if (client->close_code() == 0 && !client->ended()) client->send(0x7f, message);
    return client->close_code() != 0 || client->ended();
  }));
  EXPECT_EQ(counter("clients_closed_flood_total"), 1u);
  write_frame(true);
  EXPECT_TRUE(wait_frame(*bystander));
}

// A thousand connections that begin a request and never end it take nobody's place for long.
TEST_F(TransportLimits, ServesOthersBesideACrowdOfHalfRequests) {
  open_ring();
  start();
  std::vector<FileDescriptor> crowd;
  for (int i = 0; i < 1000; ++i) {
    crowd.push_back(std::move(net::connect_tcp(transport->address()).value()));
    if (i % 2 == 0) (void)::send(crowd.back().get(), "GET / HTTP/1.1\r\nHo", 18, MSG_NOSIGNAL);
    if (i % 64 == 0) loop.run_once(std::chrono::milliseconds(0));
  }
  auto client = connect();
  EXPECT_TRUE(client->open());
  write_frame(true);
  EXPECT_TRUE(wait_frame(*client));
  ASSERT_TRUE(until([&] { return refused("http_refused_total", "too_slow") >= 500; }));
  write_frame(false);
  EXPECT_TRUE(wait_frame(*client));
}

}  // namespace
}  // namespace sdr::testing
