# SPDX-License-Identifier: Apache-2.0
#
# make              build everything into build/
# make run          install what is needed, build, start a demo office, submit the samples
# make test         install what the tests need, build, run every test
# make campaign     the long form of the tests that draw: hours (FIRST seed, SCALE in per cent)
# make check        unit tests under address and undefined-behaviour sanitizers
# make fuzz         SECONDS=60: every target under libFuzzer, from the kept corpus
# make lint         format, clang-tidy, cppcheck, layering, purity of core/
# make mutants      plants faults of one line and sees which test finds each (hours)
# make torture      every call of every scenario fails, with every error (hours)
# make bench        throughput, latency and restart time on this machine
# make format       rewrite the sources in the project's format
# make install      PREFIX=/usr/local DESTDIR=
# make clean        remove what was built
#
# Variables: BUILD (folder), SANITIZE (address,undefined), CC, CFLAGS, PREFIX, DESTDIR, JOBS, FIRST, SCALE.

CC       ?= cc
BUILD    ?= build
SANITIZE ?=
PREFIX   ?= /usr/local
DESTDIR  ?=
JOBS     ?= $(shell nproc)
VERSION  := 0.1.0

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SECONDARY:

# ---- flags ---------------------------------------------------------------------------------------

# What only some compilers know is asked of the one at hand.
probe = $(shell echo 'int probe;' | $(CC) -Werror $(1) -x c -c -o /dev/null - 2>/dev/null && echo "$(1)")

WARN := -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
        -Wold-style-definition -Wvla -Wformat=2 -Wswitch-enum -Wimplicit-fallthrough -Werror \
        $(call probe,-Wtrampolines) $(call probe,-Wbidi-chars=any)

# tests/hardening.py reads what came of these in the binaries. The same objects link into the programs
# and into libhuishen.so: -fPIC, which costs a program nothing where no symbol can be replaced. Only
# -ftrivial-auto-var-init costs anything: 0.8 % more instructions for a submission from its file to the
# commit (callgrind, virtual-office). It hides from valgrind what the stack held before; that is left to
# the compilers' warnings and clang-tidy.
HARDEN := -fPIC -fvisibility=hidden -fstack-protector-strong -fstack-clash-protection -fexceptions \
        -fno-strict-overflow -fno-strict-aliasing -fno-delete-null-pointer-checks \
        $(call probe,-fcf-protection=full) $(call probe,-mbranch-protection=standard) \
        $(call probe,-fstrict-flex-arrays=3) $(call probe,-fzero-init-padding-bits=all) \
        $(call probe,-ftrivial-auto-var-init=zero)
ifeq ($(SANITIZE),)
HARDEN += -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3
endif

CFLAGS ?= -O2 -g
BASE_CFLAGS := -std=c11 -fno-omit-frame-pointer $(HARDEN)
override CPPFLAGS += -I. -I$(BUILD)/gen -D_GNU_SOURCE -MMD -MP \
        -DHUISHEN_VERSION='"$(VERSION)"' -DHUISHEN_DATADIR='"$(PREFIX)/share/huishen"'
override LDFLAGS += -pie -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,--as-needed \
        -Wl,--no-copy-dt-needed-entries
ifneq ($(SANITIZE),)
BASE_CFLAGS += -fsanitize=$(SANITIZE) -fno-sanitize-recover=all
override LDFLAGS += -fsanitize=$(SANITIZE)
endif

# ---- generated code ------------------------------------------------------------------------------

PROTOS := $(wildcard proto/huishen/v1/*.proto)
GEN_C  := $(PROTOS:proto/%.proto=$(BUILD)/gen/%.pb-c.c)
GEN_H  := $(GEN_C:.c=.h)

$(BUILD)/gen/%.pb-c.c $(BUILD)/gen/%.pb-c.h: proto/%.proto
	@mkdir -p $(BUILD)/gen
	@protoc-c --proto_path=proto --proto_path=/usr/include --c_out=$(BUILD)/gen $<

$(BUILD)/gen/%.pb-c.o: $(BUILD)/gen/%.pb-c.c | $(GEN_H)
	@echo "  CC  $(@:$(BUILD)/%=%)"
	@$(CC) $(CPPFLAGS) $(CFLAGS) $(BASE_CFLAGS) -w -c -o $@ $<

# ---- objects and layers --------------------------------------------------------------------------
# A layer may use what stands above it here: programs -> client, net, store -> core -> proto -> lib,
# and os -> lib. The link lines below state it; tests/layering.sh checks the includes and symbols.

objects = $(patsubst %.c,$(BUILD)/%.o,$(filter-out %/main.c,$(wildcard $(1)/*.c)))

LAYERS := lib os proto text core store net client library broker agents cli bench
LIB    := $(BUILD)/liblib.a
OS     := $(BUILD)/libos.a
PROTO  := $(BUILD)/libproto.a
TEXT   := $(BUILD)/libtext.a
CORE   := $(BUILD)/libcore.a
STORE  := $(BUILD)/libstore.a
NET    := $(BUILD)/libnet.a
CLIENT := $(BUILD)/libclient.a
LIBRARY := $(BUILD)/liblibrary.a
BROKER := $(BUILD)/libbroker.a
AGENTS := $(BUILD)/libagents.a
CLI    := $(BUILD)/libcli.a
BENCH  := $(BUILD)/libbench.a

$(LIB):    $(call objects,lib)
$(OS):     $(call objects,os)
$(PROTO):  $(call objects,proto) $(GEN_C:.c=.o)
$(TEXT):   $(call objects,proto/text)
$(CORE):   $(call objects,core)
$(STORE):  $(call objects,store)
$(NET):    $(call objects,net)
$(CLIENT): $(call objects,client)
$(LIBRARY): $(call objects,library)
$(BROKER): $(call objects,broker)
$(AGENTS): $(call objects,agents)
$(CLI):    $(call objects,cli)
$(BENCH):  $(call objects,bench)
$(BUILD)/lib%.a:
	@rm -f $@
	@$(AR) rcs $@ $^

$(BUILD)/%.o: %.c | $(GEN_H)
	@mkdir -p $(@D)
	@echo "  CC  $<"
	@$(CC) $(CPPFLAGS) $(CFLAGS) $(BASE_CFLAGS) $(WARN) -c -o $@ $<

# ---- programs ------------------------------------------------------------------------------------

PROGRAMS := huishen huishen-broker huishen-agent huishen-bench
BINARIES := $(PROGRAMS:%=$(BUILD)/%)

comma := ,
link = @echo "  LD  $@"; $(CC) $(LDFLAGS) -o $@ $^ $(1)

$(BUILD)/huishen-broker: $(BUILD)/broker/main.o $(BROKER) $(STORE) $(NET) $(TEXT) $(CORE) $(PROTO) $(OS) $(LIB)
	$(call link,$(LIBS) -lseccomp)
$(BUILD)/huishen-agent: $(BUILD)/agents/main.o $(AGENTS) $(CLIENT) $(STORE) $(NET) $(TEXT) $(CORE) $(PROTO) $(OS) $(LIB)
	$(call link,$(LIBS) -lseccomp)
$(BUILD)/huishen: $(BUILD)/cli/main.o $(CLI) $(CLIENT) $(BROKER) $(STORE) $(NET) $(TEXT) $(CORE) $(PROTO) $(OS) $(LIB)
	$(call link,$(LIBS))
$(BUILD)/huishen-bench: $(BUILD)/bench/main.o $(BENCH) $(CLIENT) $(BROKER) $(STORE) $(NET) $(TEXT) $(CORE) $(PROTO) $(OS) $(LIB)
	$(call link,$(LIBS))

# libhuishen for other people's programs. Its ABI is numbered by the second part of the version until
# 1.0: SOVERSION goes up when a program built before would no longer run.
SOVERSION := 0
SHARED    := $(BUILD)/libhuishen.so.$(VERSION)
LIBS      := -lzmq -luv -llmdb -lprotobuf-c -ljansson -lyaml -lsodium

$(SHARED): $(call objects,library) $(CLIENT) $(STORE) $(NET) $(TEXT) $(CORE) $(PROTO) $(OS) $(LIB) \
        library/libhuishen.map
	@echo "  LD  $@"
	@$(CC) -shared $(filter-out -pie,$(LDFLAGS)) -Wl,-soname,libhuishen.so.$(SOVERSION) \
	    -Wl,--version-script=library/libhuishen.map -Wl,-z,defs -o $@ $(filter-out %.map,$^) $(LIBS)
	@ln -sf $(@F) $(BUILD)/libhuishen.so.$(SOVERSION)
	@ln -sf $(@F) $(BUILD)/libhuishen.so

.PHONY: all deps run test campaign torture check unit fuzz fuzzers fuzz-kept lint format bench mutants install clean \
        flags
all: $(BINARIES) $(if $(SANITIZE),,$(SHARED))

# What tests/hardening.py builds its own programs with.
flags:
	@echo "compile: $(CPPFLAGS) $(CFLAGS) $(BASE_CFLAGS)"
	@echo "link: $(LDFLAGS)"

# ---- tests ---------------------------------------------------------------------------------------
# A unit test links its own layer and what stands below it, nothing above: tests/unit/LAYER_name.c.

UNIT := $(patsubst tests/unit/%.c,$(BUILD)/tests/unit/%,$(wildcard tests/unit/*.c))
below_lib    := $(LIB)
below_os     := $(OS) $(LIB)
below_proto  := $(PROTO) $(LIB)
below_core   := $(call objects,tests/core) $(CORE) $(TEXT) $(PROTO) $(OS) $(LIB)
below_text   := $(TEXT) $(PROTO) $(OS) $(LIB)
below_store  := $(STORE) $(CORE) $(PROTO) $(OS) $(LIB)
below_net    := $(NET) $(OS) $(LIB)
below_client := $(CLIENT) $(NET) $(STORE) $(CORE) $(PROTO) $(OS) $(LIB)
below_broker := $(BROKER) $(STORE) $(NET) $(TEXT) $(CORE) $(PROTO) $(OS) $(LIB)
below_agents := $(AGENTS) $(CLIENT) $(STORE) $(NET) $(TEXT) $(CORE) $(PROTO) $(OS) $(LIB)
below_cli    := $(CLI) $(CLIENT) $(BROKER) $(STORE) $(NET) $(TEXT) $(CORE) $(PROTO) $(OS) $(LIB)

define unit_rule
$(filter $(BUILD)/tests/unit/$(1)_%,$(UNIT)): %: %.o $(call objects,tests/lib) $(below_$(1))
	@echo "  LD  $$@"
	@$$(CC) $$(LDFLAGS) -o $$@ $$^ -lcmocka $$(LIBS) -lseccomp
endef
$(foreach layer,lib os proto text core store net client broker agents cli,\
    $(if $(filter $(BUILD)/tests/unit/$(layer)_%,$(UNIT)),$(eval $(call unit_rule,$(layer)))))

unit: $(UNIT)
	@tests/run_unit.sh $(UNIT)

check:
	@$(MAKE) --no-print-directory -j$(JOBS) BUILD=build-check SANITIZE=address,undefined CFLAGS='-O1 -g' unit

$(BUILD)/tamper: $(call objects,tests/tamper) $(NET) $(STORE) $(CORE) $(PROTO) $(OS) $(LIB)
	$(call link,-lzmq -llmdb -lprotobuf-c -lsodium -luv)
$(BUILD)/submitter: $(BUILD)/tests/e2e/submitter.o $(CLIENT) $(NET) $(STORE) $(TEXT) $(CORE) $(PROTO) $(OS) $(LIB)
	$(call link,$(LIBS))
$(BUILD)/watcher: $(BUILD)/tests/e2e/watcher.o $(CLI) $(CLIENT) $(BROKER) $(STORE) $(NET) $(TEXT) $(CORE) $(PROTO) $(OS) $(LIB)
	$(call link,$(LIBS))

$(BUILD)/virtual-office: $(BUILD)/tests/virtual/office.o $(BUILD)/tests/virtual/model.o \
        $(BUILD)/tests/virtual/trace.o $(AGENTS) $(CLIENT) $(BROKER) $(STORE) $(NET) $(TEXT) $(CORE) $(PROTO) $(OS) $(LIB)
	$(call link,$(LIBS))
$(BUILD)/virtual-histories: $(BUILD)/tests/virtual/histories.o $(BUILD)/tests/virtual/trace.o $(CORE) $(TEXT) $(PROTO) $(OS) $(LIB)
	$(call link,-lprotobuf-c -ljansson -lyaml -lsodium -luv)

# The recorder goes into programs that know nothing of it: no hardening that wraps libc's calls.
RECORDER := $(patsubst %,tests/power/%.c,recorder recorded_names recorded_writes)
$(BUILD)/recorder.so: $(RECORDER) tests/power/recorder.h tests/power/tape.h
	@mkdir -p $(BUILD)
	@echo "  LD  $@"
	@$(CC) -I. -D_GNU_SOURCE -std=c11 -O2 -g -fPIC -shared $(WARN) -o $@ $(RECORDER) -ldl
$(BUILD)/power-replay: $(patsubst %,$(BUILD)/tests/power/%.o,replay reel judge truth agent_judge state disk) \
        $(AGENTS) $(CLIENT) $(BROKER) $(STORE) $(NET) $(TEXT) $(CORE) $(PROTO) $(OS) $(LIB)
	$(call link,-lzmq -luv -llmdb -lprotobuf-c -ljansson -lyaml -lsodium)

# The fuzzers: a target a file of tests/fuzz/. `fuzz-corpus` runs what is kept, in any build; `fuzzers`
# makes a program of libFuzzer of each, with clang and coverage, in a folder of its own.
FUZZ_TARGETS := $(patsubst tests/fuzz/target_%.c,%,$(wildcard tests/fuzz/target_*.c))
FUZZ_LAYERS  := $(CLIENT) $(STORE) $(NET) $(TEXT) $(CORE) $(PROTO) $(OS) $(LIB)
FUZZ_LIBS    := -lzmq -luv -llmdb -lprotobuf-c -ljansson -lyaml -lsodium
FUZZING      := $(BUILD)/libfuzzing.a

$(FUZZING): $(filter-out %/libfuzzer.o %/damage.o,$(call objects,tests/fuzz)) $(call objects,tests/core)
$(BUILD)/fuzz-corpus: $(BUILD)/tests/fuzz/main.o $(FUZZING) $(FUZZ_LAYERS)
	$(call link,$(FUZZ_LIBS))
$(BUILD)/fuzz-damage: $(BUILD)/tests/fuzz/damage.o $(FUZZ_LAYERS)
	$(call link,-lcmocka $(FUZZ_LIBS))
$(FUZZ_TARGETS:%=$(BUILD)/fuzz/%.o): $(BUILD)/fuzz/%.o: tests/fuzz/libfuzzer.c
	@mkdir -p $(@D)
	@$(CC) $(CPPFLAGS) $(CFLAGS) $(BASE_CFLAGS) $(WARN) -DFUZZ_RUN=fuzz_$* -c -o $@ $<
$(FUZZ_TARGETS:%=$(BUILD)/fuzz/%): $(BUILD)/fuzz/%: $(BUILD)/fuzz/%.o $(FUZZING) $(FUZZ_LAYERS)
	@echo "  LD  $@"
	@$(CC) $(LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(FUZZ_LIBS)
fuzzers: $(FUZZ_TARGETS:%=$(BUILD)/fuzz/%) $(BUILD)/fuzz-corpus $(BUILD)/fuzz-damage

fuzz-kept: $(BUILD)/fuzz-corpus
	@$(BUILD)/fuzz-corpus tests/fuzz/corpus

fuzz:
	@tests/fuzz/run.sh --seconds $(or $(SECONDS),60)

# The library stands before libc in the program's own list, or is loaded before it.
$(BUILD)/libtorture.so: $(patsubst %,tests/torture/%.c,calls calls_network) $(wildcard tests/torture/*.h)
	@mkdir -p $(BUILD)
	@echo "  LD  $@"
	@$(CC) -I. -D_GNU_SOURCE -std=gnu11 -O2 -g -fPIC -shared -fno-builtin $(WARN) \
	    -Wno-pedantic -Wno-missing-attributes -o $@ $(filter %.c,$^)
$(BUILD)/torture: $(patsubst %,$(BUILD)/tests/torture/%.o,torture engine tree premises record turns stores agents \
        files texts verbs) $(BUILD)/tests/virtual/model.o $(CLI) $(AGENTS) $(CLIENT) $(BROKER) $(STORE) \
        $(NET) $(TEXT) $(CORE) $(PROTO) $(OS) $(LIB) | $(BUILD)/libtorture.so
	@echo "  LD  $@"
	@$(CC) $(LDFLAGS) -Wl,-rpath,'$$ORIGIN' -o $@ $(filter %.o,$^) -Wl,--no-as-needed -L$(BUILD) -ltorture \
        -Wl,--as-needed $(filter %.a,$^) -lzmq -luv -llmdb -lprotobuf-c -ljansson -lyaml -lsodium

torture: all $(BUILD)/libtorture.so $(BUILD)/torture $(BUILD)/virtual-office
	@tests/torture/torture.sh $(BUILD) --count 0 --jobs $(JOBS)
	@python3 -B tests/torture/programs.py $(BUILD) --count 2000

# The simulator has the network, libuv's loop and chance of its own, and stands between its processes
# and libc: its objects come before the libraries that they take the place of.
SIMULATION_WRAP := malloc calloc realloc free strdup crypto_sign_detached crypto_sign_verify_detached
# What stands before libc must be seen by the libraries.
$(BUILD)/tests/simulation/%.o: BASE_CFLAGS += -fvisibility=default
$(BUILD)/simulate: $(call objects,tests/simulation) $(BUILD)/tests/simulation/main.o $(AGENTS) $(CLIENT) $(BROKER) \
        $(STORE) $(NET) $(TEXT) $(CORE) $(PROTO) $(OS) $(LIB)
	$(call link,$(addprefix -Wl$(comma)--wrap=,$(SIMULATION_WRAP)) -lzmq -llmdb -lprotobuf-c -ljansson -lyaml -lsodium)

test:
	@packaging/install-deps test
	@tests/run_all.sh $(JOBS)

campaign:
	@packaging/install-deps test
	@$(MAKE) --no-print-directory -j$(JOBS) all $(BUILD)/submitter $(BUILD)/simulate $(BUILD)/virtual-office \
	    $(BUILD)/virtual-histories $(BUILD)/power-replay $(BUILD)/recorder.so $(BUILD)/libtorture.so $(BUILD)/torture
	@tests/campaign.sh $(BUILD) $(JOBS)

# ---- what people do ------------------------------------------------------------------------------

run:
	@packaging/install-deps build
	@$(MAKE) --no-print-directory -j$(JOBS) all
	@if [ -e demo/run/up.lock ] && ! flock -n demo/run/up.lock true; then \
	    echo "make run: the office in demo/ is up; stop it first (Ctrl-C where it runs)" >&2; exit 1; fi
	@rm -rf demo
	@$(BUILD)/huishen demo demo

bench:
	@packaging/install-deps build
	@$(MAKE) --no-print-directory -j$(JOBS) all
	@bench/run.sh $(BUILD)

mutants: all unit $(BUILD)/virtual-office $(BUILD)/virtual-histories
	@python3 -B tests/mutants/mutants.py $(BUILD) --jobs $(JOBS)

lint: $(LIB) $(PROTO) $(CORE)
	@tests/lint.sh $(BUILD)

SHARE := $(DESTDIR)$(PREFIX)/share/huishen

LIBDIR := $(DESTDIR)$(PREFIX)/lib

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(SHARE)
	install -m 755 $(BINARIES) $(DESTDIR)$(PREFIX)/bin
	install -D -m 644 $(SHARED) $(LIBDIR)/$(notdir $(SHARED))
	ln -sf $(notdir $(SHARED)) $(LIBDIR)/libhuishen.so.$(SOVERSION)
	ln -sf libhuishen.so.$(SOVERSION) $(LIBDIR)/libhuishen.so
	install -d $(LIBDIR)/pkgconfig
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@VERSION@|$(VERSION)|' library/huishen.pc.in \
	    >$(LIBDIR)/pkgconfig/huishen.pc
	install -D -m 644 library/huishen.h $(DESTDIR)$(PREFIX)/include/huishen.h
	for proto in $(PROTOS); do install -D -m 644 $$proto $(SHARE)/$$proto; done
	rm -rf $(SHARE)/configs && cp -R configs $(SHARE)/configs
	for rules in agents/*/rules.yaml; do install -D -m 644 $$rules $(SHARE)/$$rules; done
	install -d $(DESTDIR)$(PREFIX)/lib/systemd/system
	for unit in packaging/*.service; do sed -e 's|/usr/local/|$(PREFIX)/|' "$$unit" \
	    >"$(DESTDIR)$(PREFIX)/lib/systemd/system/$${unit##*/}"; done
	install -d $(DESTDIR)$(PREFIX)/share/bash-completion/completions
	$(BUILD)/huishen help --completion bash >$(DESTDIR)$(PREFIX)/share/bash-completion/completions/huishen
	install -d $(DESTDIR)$(PREFIX)/share/doc/huishen
	install -m 644 README.md README.zh-CN.md LICENSE docs/*.md $(DESTDIR)$(PREFIX)/share/doc/huishen

# ---- housekeeping --------------------------------------------------------------------------------

SOURCES := $(wildcard $(addsuffix /*.[ch],lib os proto proto/text core store net client library broker agents \
        cli bench tests/unit tests/lib tests/core tests/e2e tests/interop tests/power tests/tamper tests/torture \
        tests/simulation tests/virtual tests/fuzz))

format:
	@clang-format -i $(SOURCES)

clean:
	rm -rf build build-*

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
